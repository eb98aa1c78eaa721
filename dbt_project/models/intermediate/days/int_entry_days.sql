{{ config(
    unique_key=['organization_id', 'session_id', 'user_id', 'day'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'user_id', 'day'], 'unique': true},
        {'columns': ['organization_id', 'user_id', 'day']},
    ],
    meta={'notes_periods': ['user_id', 'day']},
) }}

{# Contract, section 3 (user_days): each entry on each day of its presence, in the time zone that
   its user has now, and the part of it with someone external. #}

with

entries as (

    select * from {{ ref('int_entries') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

affiliations as (

    select * from {{ ref('int_affiliations') }}
    {{ where_news() }}

),

presence as (

    select * from {{ ref('int_presence') }}

),

settings as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}

),

externals as (

    select
        affiliations.organization_id,
        affiliations.session_id,
        range_agg(presence.presence) as presence
    from affiliations
    inner join presence using (organization_id, session_id, participant_id)
    where affiliations.affiliation = 'external'
    group by affiliations.organization_id, affiliations.session_id

),

entries_in_zones as (

    select
        entries.organization_id,
        entries.session_id,
        entries.user_id,
        sessions.feature,
        entries.role in ('host', 'caller') as is_hosted,
        entries.presence,
        coalesce(externals.presence, '{}') as presence_of_externals,
        zones.zone,
        (lower(entries.presence) at time zone zones.zone)::date as first_day,
        (upper(entries.presence) at time zone zones.zone)::date as last_day
    from entries
    inner join sessions using (organization_id, session_id)
    left join externals using (organization_id, session_id)
    left join settings as time_zones
        on time_zones.organization_id = entries.organization_id
        and time_zones.kind = 'user_time_zone'
        and time_zones.subject = entries.user_id
    cross join lateral (select coalesce(time_zones.value, 'UTC') as zone) as zones

),

entries_by_day as (

    select
        entries_in_zones.organization_id,
        entries_in_zones.session_id,
        entries_in_zones.user_id,
        entries_in_zones.feature,
        entries_in_zones.is_hosted,
        entries_in_zones.presence_of_externals,
        days.day,
        entries_in_zones.presence * tstzmultirange(tstzrange(
            {{ function('start_of_day') }}(days.day, entries_in_zones.zone),
            {{ function('start_of_day') }}(days.day + 1, entries_in_zones.zone)
        )) as presence
    from entries_in_zones
    cross join lateral (
        select entries_in_zones.first_day + number as day
        from generate_series(
            0, entries_in_zones.last_day - entries_in_zones.first_day
        ) as numbers (number)
    ) as days

)

select
    organization_id,
    session_id,
    user_id,
    feature,
    is_hosted,
    day,
    presence,
    presence * presence_of_externals as external_presence
from entries_by_day
where not isempty(presence)
