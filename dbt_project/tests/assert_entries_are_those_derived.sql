{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'activities'}}}) }}

{# Every user with presence and the outcome `activity` has one entry, with what is known about the
   session and about them. The other party of a call is only compared with the title. #}

with

activities as (

    select * from {{ ref('activities') }}
    {{ where_looked_at('all') }}

),

entry_presence as (

    select * from {{ ref('int_entries') }}
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
        entry_presence.organization_id,
        entry_presence.session_id,
        entry_presence.user_id,
        md5(entry_presence.session_id || ' ' || entry_presence.user_id) as activity_id,
        sessions.feature,
        case
            when sessions.feature = 'phone' then 'a call'
            else concat_ws(
                    ': ',
                    case entry_presence.role when 'host' then 'Hosted ' else 'Attended ' end
                    || sessions.title_words,
                    sessions.topic
                )
        end as title,
        entry_presence.role,
        sessions.topic,
        sessions.session_type,
        case entry_presence.role
            when 'caller' then 'outbound'
            when 'callee' then 'inbound'
        end as direction,
        {{ seconds_of('entry_presence.presence') }} as duration_seconds,
        entry_presence.is_estimated,
        lower(entry_presence.presence) as started_at,
        upper(entry_presence.presence) as ended_at,
        sessions.last_event_at
    from entry_presence
    inner join sessions using (organization_id, session_id)

),

{{ differences(['organization_id', 'session_id', 'user_id'], [
    'activity_id', 'feature', 'title', 'role', 'topic', 'session_type', 'direction',
    'duration_seconds', 'is_estimated', 'started_at', 'ended_at', 'last_event_at',
]) }}
