{{ config(materialized='view') }}

{# The ledger as it is now: a view, so that what has just arrived is seen before any batch. #}

select
    delivery_id,
    organization_id,
    zoom_account_id,
    event,
    disposition,
    reason,
    received_at
from {{ ref('stg_ingress__deliveries') }}
