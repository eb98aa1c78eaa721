{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_account_id', 'ended_at']},
        {'columns': ['organization_id', 'host_zoom_user_id']},
        {'columns': ['due_at']},
    ],
) }}
{{ change_set('landed_or_due') }}

with

events as (

    select * from {{ ref('stg_zoom__session_events') }}
    {{ where_news() }}

),

session_types as (

    select * from {{ ref('int_session_types') }}

),

{{ reported_by_webhooks('stg_zoom__session_events', 'events.is_end or events.is_leave') }},

marked_events as (

    select
        events.organization_id,
        events.session_id,
        events.zoom_account_id,
        events.zoom_uuid,
        events.zoom_meeting_id,
        events.host_zoom_user_id,
        events.feature,
        events.topic,
        events.type_code,
        events.is_end,
        events.is_join,
        coalesce(events.is_from_api, false) as is_from_api,
        events.is_end
        and events.occurred_at
        = max(events.occurred_at) filter (where events.is_end) over session_events
            as is_last_end,
        events.occurred_at,
        events.started_at,
        max(events.occurred_at) filter (where events.is_end) over session_events as end_event_at,
        max(events.occurred_at) filter (where events.is_join or events.is_leave)
            over session_events as last_seen_at,
        events.first_received_at
    from events
    {{ join_reported('events') }}
    where {{ unless_reported('events', 'events.is_end or events.is_leave') }}
    window session_events as (partition by events.organization_id, events.session_id)

),

-- No session is longer than 31 days: a start or join before that, or after the end, is ignored.
{%- set last_at = 'coalesce(end_event_at, last_seen_at)' %}
{#- What webhooks said takes precedence: Zoom's REST API may have another type or number. #}
{%- set latest = 'is_from_api, is_last_end desc, occurred_at' %}
{%- set within = 'between ' ~ last_at ~ ' - ' ~ longest_session() ~ ' and ' ~ last_at %}
sessions as (

    select
        organization_id, session_id,
        max(zoom_account_id) as zoom_account_id, max(zoom_uuid) as zoom_uuid,
        max(feature) as feature, bool_or(is_from_api) as is_healed,
        {{ highest_of_group('zoom_meeting_id', latest) }},
        {{ highest_of_group('host_zoom_user_id', latest) }},
        {{ highest_of_group('topic', latest) }}, {{ highest_of_group('type_code', latest) }},
        max(occurred_at) as last_event_at, max(end_event_at) as end_event_at,
        bool_and(is_from_api) filter (where is_end) as is_end_from_api,
        max(started_at) filter (where is_last_end and started_at {{ within }})
            as end_event_started_at,
        min(started_at) filter (where not is_from_api and started_at {{ within }})
            as reported_started_at,
        least(
            min(started_at) filter (where started_at {{ within }}),
            min(occurred_at) filter (where is_join and occurred_at {{ within }})
        ) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        max(first_received_at) + interval '24 hours' as due_at
    from marked_events
    group by organization_id, session_id

),

ends as (

    select
        organization_id,
        session_id,
        zoom_account_id,
        zoom_uuid,
        feature, is_healed,
        zoom_meeting_id,
        host_zoom_user_id,
        topic,
        type_code,
        last_event_at,
        first_seen_at,
        case
            when is_end_from_api then coalesce(reported_started_at, end_event_started_at)
            else end_event_started_at
        end as end_event_started_at,
        case
            when is_end_from_api then 'api'
            when end_event_at is not null then 'event'
            when due_at <= {{ batch_time() }} then 'inferred'
        end as end_source,
        case
            when end_event_at is not null then end_event_at
            when due_at <= {{ batch_time() }} then last_seen_at
        end as ended_at,
        -- Without a join or a leave there is nothing to infer from: such a session is never due.
        case when end_event_at is null and last_seen_at is not null then due_at end as due_at
    from sessions

)

select
    ends.organization_id,
    ends.session_id,
    ends.zoom_account_id,
    ends.zoom_uuid,
    ends.zoom_meeting_id,
    ends.host_zoom_user_id,
    ends.feature, ends.is_healed,
    ends.topic,
    coalesce(known_types.session_type, other_types.session_type) as session_type,
    coalesce(known_types.title_words, other_types.title_words) as title_words,
    case when ends.ended_at is not null then ends.end_source end as end_source,
    case
        when ends.ended_at is not null
            then coalesce(ends.end_event_started_at, ends.first_seen_at, ends.ended_at)
    end as started_at,
    ends.ended_at,
    ends.due_at,
    ends.last_event_at
from ends
left join session_types as known_types
    on known_types.feature = ends.feature and known_types.type_code = ends.type_code
inner join session_types as other_types
    on other_types.feature = ends.feature and other_types.type_code is null
