{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id'], 'unique': true},
        {'columns': ['organization_id', 'ended_at', 'started_at']},
    ],
) }}

{{ derived_after('int_entries') }}

with

sessions as (

    select * from {{ ref('int_sessions') }}
    {{ where_news() }}

),

counted_sessions as (

    select * from {{ ref('int_session_connection_states') }}
    where connection_state = 'counted'

),

participants as (

    select * from {{ ref('int_participants') }}

),

participant_counts as (

    select
        participants.organization_id,
        participants.session_id,
        count(*)::integer as participant_count
    from participants
    inner join sessions using (organization_id, session_id)
    group by participants.organization_id, participants.session_id

)

select
    sessions.session_id,
    sessions.organization_id,
    sessions.zoom_account_id,
    sessions.zoom_uuid,
    sessions.zoom_meeting_id,
    sessions.host_zoom_user_id,
    sessions.feature,
    sessions.topic,
    sessions.session_type,
    sessions.end_source,
    coalesce(participant_counts.participant_count, 0) as participant_count,
    sessions.started_at,
    sessions.ended_at
from sessions
inner join counted_sessions using (organization_id, session_id)
left join participant_counts using (organization_id, session_id)
