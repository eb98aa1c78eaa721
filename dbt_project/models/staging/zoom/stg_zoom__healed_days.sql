{# The source `meetings` lists webinars, too. #}
{%- for feature, listed in [('meetings', 'meetings'), ('webinars', 'meetings'), ('phone', 'phone')] %}
{%- if not loop.first %}
union all
{%- endif %}
select
    organization_id,
    zoom_account_id,
    day,
    '{{ feature }}' as feature,
    finished_after_batch
from {{ source('zoom_raw', 'healed_days') }}
where source = '{{ listed }}' and finished_at is not null
{%- endfor %}
