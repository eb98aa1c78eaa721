{{ config(materialized='view') }}

{# Contract, 5.7: what each event says of its call, whatever its generation. Who only listens is
   not in the call, and their records are read by no rule. #}

with

call_events as (

    select * from {{ ref('stg_zoom__call_events') }}
    where segment_event is null or segment_event not in ('monitor', 'listen', 'whisper')

),

events_with_times as (

    select
        organization_id,
        event_id,
        session_id,
        zoom_account_id,
        call_id,
        told_by,
        {% for side in ['caller', 'callee'] -%}
        coalesce({{ side }}_user_id, case when told_by = '{{ side }}' then owner_zoom_user_id end)
            as {{ side }}_zoom_user_id,
        {% for fact in call_facts() if fact != 'zoom_user_id' -%}
        {{ side }}_{{ fact }},
        {% endfor -%}
        {% endfor -%}
        erased_callee,
        case generation
            when 'call_log' then 1
            when 'call_history' then 2
            when 'call_element' then 3
            else 0
        end as generation,
        batch,
        generation is null as is_live,
        generation is not null and coalesce(lower(result collate "C") like '%voicemail%', false)
            as is_voicemail,
        occurred_at,
        began_at,
        case
            when generation = 'call_log'
                and lower(result collate "C") in ('call connected', 'auto recorded', 'recorded')
                then began_at
            else answered_at
        end as answered_at,
        case
            when generation = 'call_log'
                then began_at + coalesce(record_seconds, 0) * interval '1 second'
            else coalesce(ended_at, answered_at, began_at)
        end as ended_at
    from call_events

),

-- A time that cannot be of this call is as good as absent.
events_with_possible_times as (

    select
        organization_id,
        event_id,
        session_id,
        zoom_account_id,
        call_id,
        told_by,
        {% for side in ['caller', 'callee'] -%}
        {% for fact in call_facts() -%}
        {{ side }}_{{ fact }},
        {% endfor -%}
        {% endfor -%}
        erased_callee,
        generation,
        batch,
        is_live,
        is_voicemail,
        occurred_at,
        case
            when began_at between ended_at - interval '31 days' and ended_at then began_at
        end as began_at,
        case
            when answered_at between ended_at - interval '31 days' and ended_at then answered_at
        end as answered_at,
        ended_at
    from events_with_times

)

select
    organization_id,
    event_id,
    session_id,
    zoom_account_id,
    call_id,
    told_by,
    {% for side in ['caller', 'callee'] -%}
    {% for fact in call_facts() -%}
    {{ side }}_{{ fact }},
    {% endfor -%}
    {% endfor -%}
    caller_zoom_user_id as caller,
    -- A pseudonym distinguishes an erased one from the others.
    coalesce(callee_zoom_user_id, erased_callee) as callee,
    generation,
    batch,
    is_live,
    is_voicemail,
    answered_at is not null and not is_voicemail as is_answered,
    occurred_at,
    began_at,
    answered_at,
    ended_at
from events_with_possible_times
