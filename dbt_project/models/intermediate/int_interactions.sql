{{ config(
    unique_key=['organization_id', 'session_id', 'user_id', 'person_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'user_id', 'person_id'], 'unique': true},
        {'columns': ['organization_id', 'user_id', 'person_id', 'month']},
        {'columns': ['organization_id', 'user_id', 'company_id', 'month']},
        {'columns': ['organization_id', 'person_id', 'met_at']},
        {'columns': ['organization_id', 'company_id', 'met_at']},
    ],
    meta={'notes_months': ['user_id', 'person_id', 'company_id']},
) }}

{# Contract, 5.11: a user's entry and an external person present at the same time for at least one
   second, and the contribution to the strength of their relationship. #}

with

users_in_sessions as (

    select * from {{ ref('int_users_in_sessions') }}
    {{ where_news() }}

),

people_in_sessions as (

    select * from {{ ref('int_person_sessions') }}
    where kind in ('human', 'role')

),

people_counts as (

    select * from {{ ref('int_people_counts') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

meetings as (

    select
        users_in_sessions.organization_id,
        users_in_sessions.session_id,
        users_in_sessions.user_id,
        people_in_sessions.person_id,
        people_in_sessions.company_id,
        people_counts.people_in_session,
        {{ seconds_of('users_in_sessions.presence * people_in_sessions.presence') }}
            as shared_seconds,
        case
            when sessions.feature <> 'webinars' then 1.0
            when users_in_sessions.role = 'host' or people_in_sessions.is_host then 0.1
            else 0.0
        end as feature_weight,
        users_in_sessions.presence * people_in_sessions.presence as shared
    from users_in_sessions
    inner join people_in_sessions using (organization_id, session_id)
    inner join people_counts using (organization_id, session_id)
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
        (
            least(shared_seconds / 60.0, 120)
            * least(1, 2.0 / greatest(people_in_session, 1))
            * feature_weight
        )::double precision as weighted_minutes,
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
