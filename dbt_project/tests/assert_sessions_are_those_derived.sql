{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'sessions'}}}) }}

{# Every counted session is shown, with what is known about it. Another test checks the number of
   participants. #}

with

actual as (

    select * from {{ ref('sessions') }}
    {{ where_looked_at('all') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}
    {{ where_looked_at('all') }}

),

counted_sessions as (

    select * from {{ ref('int_session_connection_states') }}
    where connection_state = 'counted'

),

expected as (

    select
        sessions.organization_id,
        sessions.session_id,
        sessions.zoom_account_id,
        sessions.zoom_uuid,
        sessions.zoom_meeting_id,
        sessions.host_zoom_user_id,
        sessions.feature,
        sessions.topic,
        sessions.session_type,
        sessions.end_source,
        sessions.started_at,
        sessions.ended_at
    from sessions
    inner join counted_sessions using (organization_id, session_id)

),

{{ differences(['organization_id', 'session_id'], [
    'zoom_account_id', 'zoom_uuid', 'zoom_meeting_id', 'host_zoom_user_id', 'feature', 'topic',
    'session_type', 'end_source', 'started_at', 'ended_at',
]) }}
