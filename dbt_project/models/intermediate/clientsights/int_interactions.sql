{{ config(
    unique_key=['organization_id', 'session_id', 'user_id', 'person_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'user_id', 'person_id'], 'unique': true},
        {'columns': ['organization_id', 'user_id', 'person_id', 'month']},
        {'columns': ['organization_id', 'user_id', 'company_id', 'month']},
        {'columns': ['organization_id', 'person_id', 'met_at']},
        {'columns': ['organization_id', 'company_id', 'met_at']},
        {'columns': ['organization_id', 'user_id', 'met_at']},
    ],
    meta={'notes_periods': ['user_id', 'person_id', 'company_id', 'month']},
) }}

{# Contract, 5.11: a user's entry and an external person present at the same time for at least one
   second, and the contribution to the strength of their relationship. The index on user and
   time is for a team's week, which reads the interactions of some users in a week. #}

with

entry_presence as (

    select * from {{ ref('int_entries') }}
    {{ where_news() }}

),

people_in_sessions as (

    select * from {{ ref('int_person_sessions') }}
    where kind in ('human', 'role')

),

headcounts as (

    select * from {{ ref('int_session_headcounts') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

meetings as (

    select
        entry_presence.organization_id,
        entry_presence.session_id,
        entry_presence.user_id,
        people_in_sessions.person_id,
        people_in_sessions.company_id,
        headcounts.people_in_session,
        {{ seconds_of('entry_presence.presence * people_in_sessions.presence') }}
            as shared_seconds,
        case
            when sessions.feature <> 'webinars' then 1.0
            when entry_presence.role = 'host' or people_in_sessions.is_host
                then {{ function('webinar_factor') }}()
            else 0.0
        end as feature_weight,
        entry_presence.presence * people_in_sessions.presence as shared
    from entry_presence
    inner join people_in_sessions using (organization_id, session_id)
    inner join headcounts using (organization_id, session_id)
    inner join sessions using (organization_id, session_id)

),

weighted as (

    select
        organization_id,
        session_id,
        user_id,
        person_id,
        company_id,
        people_in_session,
        shared_seconds,
        {{ function('weighted_minutes') }}(shared_seconds, people_in_session, feature_weight)
            as weighted_minutes,
        date_trunc('month', lower(shared), 'UTC')::date as month,
        lower(shared) as met_at,
        shared
    from meetings
    where shared_seconds >= 1

)

select
    organization_id,
    session_id,
    user_id,
    person_id,
    company_id,
    people_in_session,
    shared_seconds,
    weighted_minutes,
    {{ function('decayed') }}(weighted_minutes, met_at) as decayed_minutes,
    month,
    met_at,
    shared
from weighted
