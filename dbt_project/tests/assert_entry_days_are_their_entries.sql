{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_entry_days'}}}) }}

{# The days of an entry make up its presence, without a gap or an overlap; each moment is on the day
   that the clock of its user shows; and time with somebody external is a part of it. #}

with

entries as (

    select * from {{ ref('int_entries') }}
    {{ where_looked_at('all') }}

),

entry_days as (

    select * from {{ ref('int_entry_days') }}
    {{ where_looked_at('all') }}

),

settings as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'user_time_zone'

),

days_in_zones as (

    select
        entry_days.organization_id,
        entry_days.session_id,
        entry_days.user_id,
        entry_days.day,
        entry_days.presence,
        entry_days.external_presence,
        coalesce(settings.value, 'UTC') as zone
    from entry_days
    left join settings
        on settings.organization_id = entry_days.organization_id
        and settings.subject = entry_days.user_id

),

united as (

    select
        organization_id,
        session_id,
        user_id,
        range_agg(presence) as presence,
        sum({{ seconds_of('presence') }}) as most_seconds,
        bool_and(
            (lower(presence) at time zone zone)::date = day
            and ((upper(presence) - interval '1 microsecond') at time zone zone)::date = day
        ) as is_on_its_days,
        bool_and(external_presence <@ presence) as is_external_part_of_it
    from days_in_zones
    group by organization_id, session_id, user_id

),

compared as (

    select
        organization_id,
        session_id,
        user_id,
        case
            when united.presence is null then 'an entry is on no day'
            when entries.presence is null then 'there is a day of no entry'
            when (united.presence is distinct from entries.presence)
                then 'the days do not make up the presence'
            when united.most_seconds > {{ seconds_of('entries.presence') }} then 'days overlap'
            when not united.is_on_its_days then 'a time is on another day'
            when not united.is_external_part_of_it
                then 'time with somebody external is no part of the presence'
        end as what_is_wrong
    from entries
    full join united using (organization_id, session_id, user_id)

)

select
    organization_id,
    session_id,
    user_id,
    what_is_wrong
from compared
where what_is_wrong is not null
