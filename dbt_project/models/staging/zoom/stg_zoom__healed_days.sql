{# As in integration/zoom/sources.py: the source `meetings` lists webinars, too. #}
select
    organization_id,
    zoom_account_id,
    day,
    'meetings' as feature,
    compared_after_batch
from {{ source('zoom_raw', 'healed_days') }}
where source = 'meetings' and compared_after_batch is not null
union all
select
    organization_id,
    zoom_account_id,
    day,
    'webinars' as feature,
    compared_after_batch
from {{ source('zoom_raw', 'healed_days') }}
where source = 'meetings' and compared_after_batch is not null
union all
select
    organization_id,
    zoom_account_id,
    day,
    'phone' as feature,
    compared_after_batch
from {{ source('zoom_raw', 'healed_days') }}
where source = 'phone' and compared_after_batch is not null
