{{ config(
    unique_key=['organization_id', 'user_id', 'day'],
    indexes=[
        {'columns': ['organization_id', 'user_id', 'day'], 'unique': true},
        {'columns': ['organization_id', 'day', 'user_id', 'seconds', 'external_seconds']},
    ],
) }}
{{ change_set('changed', ['organization_id', 'user_id', 'day'], all_of='int_entry_days') }}

with

entry_days as (

    select * from {{ ref('int_entry_days') }}
    {{ where_news() }}

),

-- Entries at the same time count once.
united as (

    select
        organization_id,
        user_id,
        day,
        count(*)::integer as activity_count,
        (count(*) filter (where is_hosted))::integer as hosted_count,
        range_agg(presence) as presence,
        range_agg(external_presence) as external_presence,
        range_agg(presence) filter (where feature = 'meetings') as in_meetings,
        range_agg(presence) filter (where feature = 'webinars') as in_webinars,
        range_agg(presence) filter (where feature = 'phone') as on_the_phone
    from entry_days
    group by organization_id, user_id, day

)

select
    organization_id,
    user_id,
    activity_count,
    hosted_count,
    {{ seconds_of('presence') }} as seconds,
    {{ seconds_of('external_presence') }} as external_seconds,
    {{ seconds_of('in_meetings') }} as meetings_seconds,
    {{ seconds_of('in_webinars') }} as webinars_seconds,
    {{ seconds_of('on_the_phone') }} as phone_seconds,
    day
from united
