{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'activities'}}}) }}

{# Every user with presence and the outcome `activity` has one entry, with what is known about the
   session and about them. The other party of a call is only compared with the title. #}

with

activities as (

    select * from {{ ref('activities') }}
    {{ where_looked_at('all') }}

),

users_in_sessions as (

    select * from {{ ref('int_users_in_sessions') }}
    {{ where_looked_at('all') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

actual as (

    select
        organization_id,
        session_id,
        user_id,
        activity_id,
        feature,
        case
            when title = concat_ws(
                    ': ',
                    case role when 'caller' then 'Outbound call' else 'Inbound call' end,
                    caller_id
                ) then 'a call'
            else title
        end as title,
        role,
        topic,
        session_type,
        direction,
        duration_seconds,
        is_estimated,
        started_at,
        ended_at,
        last_event_at
    from activities

),

expected as (

    select
        users_in_sessions.organization_id,
        users_in_sessions.session_id,
        users_in_sessions.user_id,
        md5(users_in_sessions.session_id || ' ' || users_in_sessions.user_id) as activity_id,
        sessions.feature,
        case
            when sessions.feature = 'phone' then 'a call'
            else concat_ws(
                    ': ',
                    case users_in_sessions.role when 'host' then 'Hosted ' else 'Attended ' end
                    || sessions.title_words,
                    sessions.topic
                )
        end as title,
        users_in_sessions.role,
        sessions.topic,
        sessions.session_type,
        case users_in_sessions.role
            when 'caller' then 'outbound'
            when 'callee' then 'inbound'
        end as direction,
        {{ seconds_of('users_in_sessions.presence') }} as duration_seconds,
        users_in_sessions.is_estimated,
        lower(users_in_sessions.presence) as started_at,
        upper(users_in_sessions.presence) as ended_at,
        sessions.last_event_at
    from users_in_sessions
    inner join sessions using (organization_id, session_id)

),

{{ differences(['organization_id', 'session_id', 'user_id'], [
    'activity_id', 'feature', 'title', 'role', 'topic', 'session_type', 'direction',
    'duration_seconds', 'is_estimated', 'started_at', 'ended_at', 'last_event_at',
]) }}
