{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_entry_days'}}}) }}

{# Each quarter of an hour of an entry's presence is on the day in its user's time zone; everywhere,
   days start on a quarter of an hour. The time with someone external is the part of it in which at
   least one of them was present. #}

with

actual as (

    select * from {{ ref('int_entry_days') }}
    {{ where_looked_at('all') }}

),

entries as (

    select * from {{ ref('int_entries') }}
    {{ where_looked_at('all') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

settings as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'user_time_zone'

),

participants as (

    select * from {{ ref('int_affiliations') }}
    where affiliation = 'external'

),

presence as (

    select * from {{ ref('int_presence') }}

),

external_stays as (

    select
        participants.organization_id,
        participants.session_id,
        stay
    from participants
    inner join presence using (organization_id, session_id, participant_id)
    cross join lateral unnest(presence.presence) as stay

),

days as (

    select
        entries.organization_id,
        entries.session_id,
        entries.user_id,
        entries.role,
        entries.presence,
        moments.day,
        range_agg(tstzrange(moments.starts_at, moments.ends_at)) as within_day
    from entries
    left join settings
        on settings.organization_id = entries.organization_id
        and settings.subject = entries.user_id
    cross join lateral (
        select
            (starts_at at time zone coalesce(settings.value, 'UTC'))::date as day,
            starts_at,
            starts_at + interval '15 minutes' as ends_at
        from generate_series(
            date_trunc('hour', lower(entries.presence), 'UTC'),
            upper(entries.presence),
            interval '15 minutes'
        ) as quarters (starts_at)
    ) as moments
    group by
        entries.organization_id, entries.session_id, entries.user_id, entries.role,
        entries.presence, moments.day

),

expected as (

    select
        days.organization_id,
        days.session_id,
        days.user_id,
        sessions.feature,
        days.role in ('host', 'caller') as is_hosted,
        days.day,
        days.presence * days.within_day as presence,
        coalesce(
            (
                select range_agg(external_stays.stay * part)
                from external_stays
                cross join lateral unnest(days.presence * days.within_day) as part
                where external_stays.organization_id = days.organization_id
                    and external_stays.session_id = days.session_id
            ),
            '{}'
        ) as external_presence
    from days
    inner join sessions using (organization_id, session_id)
    where not isempty(days.presence * days.within_day)

),

{{ differences(['organization_id', 'session_id', 'user_id', 'day'], [
    'feature', 'is_hosted', 'presence', 'external_presence',
]) }}
