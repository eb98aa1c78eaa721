{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'interactions'}}}) }}

{# A user with an entry met each person of kind human or role who was present at the same time for
   at least one second, and no one else. #}

with

interactions as (

    select * from {{ ref('interactions') }}
    {{ where_looked_at('all') }}

),

entry_presence as (

    select * from {{ ref('int_entries') }}
    {{ where_looked_at('all') }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}
    where kind in ('human', 'role')

),

headcounts as (

    select * from {{ ref('int_session_headcounts') }}

),

actual as (

    select
        organization_id,
        session_id,
        user_id,
        person_id,
        company_id,
        shared_seconds,
        people_in_session,
        weighted_minutes between 0 and least(shared_seconds / 60.0, 120) as is_weight_possible,
        abs(decayed_minutes - {{ function('decayed') }}(weighted_minutes, met_at))
        <= 1e-9 * abs(decayed_minutes) as is_decayed_by_its_age,
        met_at
    from interactions

),

shared as (

    select
        entry_presence.organization_id,
        entry_presence.session_id,
        entry_presence.user_id,
        person_sessions.person_id,
        person_sessions.company_id,
        entry_presence.presence * person_sessions.presence as presence
    from entry_presence
    inner join person_sessions using (organization_id, session_id)

),

expected as (

    select
        shared.organization_id,
        shared.session_id,
        shared.user_id,
        shared.person_id,
        shared.company_id,
        {{ seconds_of('shared.presence') }} as shared_seconds,
        headcounts.people_in_session,
        true as is_weight_possible,
        true as is_decayed_by_its_age,
        lower(shared.presence) as met_at
    from shared
    left join headcounts using (organization_id, session_id)
    where {{ seconds_of('shared.presence') }} >= 1

),

{{ differences(['organization_id', 'session_id', 'user_id', 'person_id'], [
    'company_id', 'shared_seconds', 'people_in_session', 'met_at', 'is_weight_possible',
    'is_decayed_by_its_age',
]) }}
