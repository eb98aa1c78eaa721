{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'participants'}}}) }}

{# Everyone in a counted session is shown, with what is known about them. #}

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

expected as (

    select
        participants.organization_id,
        participants.session_id,
        participants.participant_id,
        participants.zoom_user_id,
        outcomes.user_id,
        participants.email,
        participants.display_name,
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

),

{{ differences(['organization_id', 'session_id', 'participant_id'], [
    'zoom_user_id', 'user_id', 'email', 'display_name', 'role', 'outcome', 'duration_seconds',
    'connection_count', 'is_estimated', 'joined_at', 'left_at',
]) }}
