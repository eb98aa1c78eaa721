select
    healed_days.organization_id,
    healed_days.zoom_account_id,
    healed_days.day,
    features.feature,
    healed_days.finished_after_batch
from {{ source('zoom_raw', 'healed_days') }} as healed_days
inner join (
    values ('meetings', 'meetings'), ('meetings', 'webinars'), ('phone', 'phone')
) as features (source, feature) on features.source = healed_days.source
where healed_days.finished_at is not null
