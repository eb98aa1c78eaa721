{# As in integration/zoom/sources.py: the source `meetings` lists webinars, too. #}
{%- set features = [('meetings', 'meetings'), ('webinars', 'meetings'), ('phone', 'phone')] %}
{%- for feature, listed in features %}
{%- if not loop.first %}
union all
{%- endif %}
select
    organization_id,
    zoom_account_id,
    day,
    '{{ feature }}' as feature,
    compared_after_batch
from {{ source('zoom_raw', 'healed_days') }}
where source = '{{ listed }}' and compared_after_batch is not null
{%- endfor %}
