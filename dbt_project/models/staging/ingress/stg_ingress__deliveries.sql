select
    organization_id,
    delivery_id,
    zoom_account_id,
    event,
    disposition,
    reason,
    body_size as body_bytes,
    batch,
    received_at
from {{ source('ingress', 'deliveries') }}
