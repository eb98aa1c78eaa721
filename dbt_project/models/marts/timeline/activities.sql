{{ config(
    unique_key=['organization_id', 'session_id', 'activity_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'activity_id'], 'unique': true},
        {'columns': ['organization_id', 'user_id', 'started_at']},
        {'columns': ['organization_id', 'updated_at']},
    ],
    meta={'stamps': ['updated_at']},
) }}

with

outcomes as (

    select * from {{ ref('int_outcomes') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

participants as (

    select * from {{ ref('int_participants') }}

),

presence as (

    select * from {{ ref('int_presence') }}

),

-- One user with two Zoom identities in one session has one activity: presence united, and `host` wins.
users_in_sessions as (

    select
        outcomes.organization_id,
        outcomes.session_id,
        outcomes.user_id,
        max(participants.role) as role,  -- 'host' > 'attendee'
        bool_or(presence.is_estimated) as is_estimated,
        range_agg(presence.presence) as presence
    from outcomes
    inner join participants using (organization_id, session_id, participant_id)
    inner join presence using (organization_id, session_id, participant_id)
    where outcomes.outcome = 'activity'
    group by outcomes.organization_id, outcomes.session_id, outcomes.user_id

)

select
    md5(users_in_sessions.session_id || ' ' || users_in_sessions.user_id) as activity_id,
    users_in_sessions.organization_id,
    users_in_sessions.user_id,
    users_in_sessions.session_id,
    'zoom' as service,
    sessions.feature,
    'Call' as category,
    'cyan' as color,
    concat_ws(
        ': ',
        case users_in_sessions.role when 'host' then 'Hosted ' else 'Attended ' end || sessions.title_words,
        sessions.topic
    ) as title,
    users_in_sessions.role,
    sessions.topic,
    sessions.session_type,
    null::text as direction,
    null::text as caller_id,
    {{ seconds_of('users_in_sessions.presence') }} as duration_seconds,
    users_in_sessions.is_estimated,
    lower(users_in_sessions.presence) as started_at,
    upper(users_in_sessions.presence) as ended_at,
    sessions.last_event_at,
    {{ batch_time() }} as updated_at
from users_in_sessions
inner join sessions using (organization_id, session_id)
