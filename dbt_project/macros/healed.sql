{# Events that Zoom's REST API reported (contract, 5.16). What a webhook reported of the same leg
   or session takes precedence, whichever arrived first, so a difference of a second changes
   nothing. #}

{# A CTE `reported`: what webhooks reported of the sessions in the change set that have events of
   the API. One row per leg; the one without a leg is about the session itself. A start is a join or
   the session's start. Sessions without such events are not read. #}
{% macro reported_by_webhooks(events, is_finish) -%}
reported as (

    select
        events.organization_id,
        events.session_id,
        {{ leg_of('events') }} as leg,
        bool_or(not ({{ is_finish }})) as has_start,
        bool_or({{ is_finish }}) as has_finish,
        bool_and(events.is_breakout) as is_breakout
    from {{ ref(events) }} as events
    inner join (
        select distinct organization_id, session_id
        from (
            select * from {{ ref(events) }}
            {{ where_news() }}
        ) as news
        where is_from_api
    ) as healed_sessions using (organization_id, session_id)
    where events.is_from_api is not true
    group by events.organization_id, events.session_id, {{ leg_of('events') }}

)
{%- endmacro %}

{# Joins `reported` to the events of the API. #}
{% macro join_reported(events) -%}
    left join reported
        on {{ events }}.is_from_api
        and {{ in_session('reported.leg') }}
            = array[{{ events }}.organization_id, {{ events }}.session_id, {{ leg_of(events) }}]
{%- endmacro %}

{# Not the user_id alone: without one, a leave would be about the session itself. #}
{% macro leg_of(events) -%}
    coalesce({{ events }}.leg_user_id, {{ events }}.participant_uuid)
{%- endmacro %}

{# For a query of `events` with `join_reported`: leaves out events of the API that a webhook
   reported, too. #}
{% macro unless_reported(events, is_finish) -%}
    ({{ events }}.is_from_api is not true or not coalesce(
        case when {{ is_finish }} then reported.has_finish else reported.has_start end, false
    ))
{%- endmacro %}
