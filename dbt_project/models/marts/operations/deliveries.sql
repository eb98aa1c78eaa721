{{ config(materialized='view') }}

{# The current ledger: a view, so that new deliveries are visible before any batch. #}

select
    delivery_id,
    organization_id,
    zoom_account_id,
    event,
    disposition,
    reason,
    received_at
from {{ ref('stg_ingress__deliveries') }}
