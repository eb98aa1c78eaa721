{{ config(materialized='view') }}

{# Contract, 5.7: what each event contains about its call, in any generation. People who only listen
   are not in the call, and no rule reads their records. #}

select
    call_events.organization_id,
    call_events.event_id,
    call_events.session_id,
    call_events.zoom_account_id,
    call_events.call_id,
    call_events.reported_by,
    who.caller_zoom_user_id,
    call_events.caller_extension_id,
    call_events.caller_extension_number,
    call_events.caller_phone_number,
    {{ kind_of_number('caller') }} as caller_number_kind,
    call_events.caller_email,
    call_events.caller_name,
    call_events.caller_affiliation,
    who.callee_zoom_user_id,
    call_events.callee_extension_id,
    call_events.callee_extension_number,
    call_events.callee_phone_number,
    {{ kind_of_number('callee') }} as callee_number_kind,
    call_events.callee_email,
    call_events.callee_name,
    call_events.callee_affiliation,
    who.caller_zoom_user_id as caller,
    -- A pseudonym distinguishes an erased callee from the others.
    coalesce(who.callee_zoom_user_id, call_events.erased_callee) as callee,
    what.generation,
    call_events.batch,
    what.is_live,
    what.is_voicemail,
    coalesce(call_events.is_from_api, false) as is_from_api,
    possible.answered_at is not null and not what.is_voicemail as is_answered,
    call_events.occurred_at,
    possible.began_at,
    possible.answered_at,
    times.ended_at
from {{ ref('stg_zoom__call_events') }} as call_events
cross join lateral (
    select
        coalesce(
            call_events.caller_user_id,
            case when call_events.reported_by = 'caller' then call_events.owner_zoom_user_id end
        ) as caller_zoom_user_id,
        coalesce(
            call_events.callee_user_id,
            case when call_events.reported_by = 'callee' then call_events.owner_zoom_user_id end
        ) as callee_zoom_user_id
) as who
cross join lateral (
    select
        case call_events.generation
            when 'call_log' then 1
            when 'call_history' then 2
            when 'call_element' then 3
            else 0
        end as generation,
        call_events.generation is null as is_live,
        call_events.generation is not null
            and coalesce(lower(call_events.result collate "C") like '%voicemail%', false)
            as is_voicemail,
        coalesce(
            call_events.generation = 'call_log'
            and lower(call_events.result collate "C")
                in ('call connected', 'auto recorded', 'recorded'),
            false
        ) as is_answered_log
) as what
cross join lateral (
    select
        case
            when what.is_answered_log then call_events.began_at else call_events.answered_at
        end as answered_at,
        case
            when call_events.generation = 'call_log'
                then call_events.began_at
                    + coalesce(call_events.record_seconds, 0) * interval '1 second'
            else coalesce(call_events.ended_at, call_events.answered_at, call_events.began_at)
        end as ended_at
) as times
-- A time after the call's end, or more than 31 days before it, is treated as missing.
cross join lateral (
    select
        case
            when call_events.began_at
                between times.ended_at - {{ longest_session() }} and times.ended_at
                then call_events.began_at
        end as began_at,
        case
            when times.answered_at
                between times.ended_at - {{ longest_session() }} and times.ended_at
                then times.answered_at
        end as answered_at
) as possible
where (
    call_events.segment_event is null
    or call_events.segment_event not in ('monitor', 'listen', 'whisper')
)
-- A record of the API is left out if a webhook brought a record of the same side (contract, 5.16),
-- whatever its generation. Of several callees, each has records of their own.
and (
    call_events.is_from_api is not true
    or not exists (
        select from {{ ref('stg_zoom__call_events') }} as webhooks
        where webhooks.organization_id = call_events.organization_id
            and webhooks.session_id = call_events.session_id
            and webhooks.reported_by = call_events.reported_by
            and webhooks.generation is not null
            and webhooks.is_from_api is not true
            and coalesce(webhooks.owner_zoom_user_id = call_events.owner_zoom_user_id, true)
    )
)
