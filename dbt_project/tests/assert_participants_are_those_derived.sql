{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'participants'}}}) }}

{# Everyone in a counted session is shown, with what is known about them, unless they keep the
   session private. #}

with

actual as (

    select * from {{ ref('participants') }}
    {{ where_looked_at('all') }}

),

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_looked_at('all') }}

),

counted_sessions as (

    select * from {{ ref('int_session_connection_states') }}
    where connection_state = 'counted'

),

presence as (

    select * from {{ ref('int_presence') }}

),

outcomes as (

    select * from {{ ref('int_outcomes') }}

),

affiliations as (

    select * from {{ ref('int_affiliations') }}

),

expected as (

    select
        participants.organization_id,
        participants.session_id,
        participants.participant_id,
        case when not outcomes.is_paused then participants.zoom_user_id end as zoom_user_id,
        case when not outcomes.is_paused then outcomes.user_id end as user_id,
        case when not outcomes.is_paused then participants.email end as email,
        case when not outcomes.is_paused then participants.display_name end as display_name,
        affiliations.person_id,
        affiliations.company_id,
        affiliations.affiliation,
        participants.role,
        outcomes.outcome,
        presence.duration_seconds,
        presence.connection_count,
        presence.is_estimated,
        presence.joined_at,
        presence.left_at
    from participants
    inner join counted_sessions using (organization_id, session_id)
    left join presence using (organization_id, session_id, participant_id)
    left join outcomes using (organization_id, session_id, participant_id)
    left join affiliations using (organization_id, session_id, participant_id)

),

{{ differences(['organization_id', 'session_id', 'participant_id'], [
    'zoom_user_id', 'user_id', 'email', 'display_name', 'person_id', 'company_id', 'affiliation',
    'role', 'outcome', 'duration_seconds', 'connection_count', 'is_estimated', 'joined_at',
    'left_at',
]) }}
