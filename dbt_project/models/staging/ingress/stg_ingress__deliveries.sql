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
-- What healing read from Zoom's REST API is not a delivery.
where source = 'webhook'
