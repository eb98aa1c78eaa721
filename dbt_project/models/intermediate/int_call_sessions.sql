{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_account_id', 'ended_at']},
    ],
    meta={'news': 'landed'},
) }}

{# Contract, 5.7: one call is one session, whatever generation of events told of it. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news('landed') }}

),

callees as not materialized (

    select * from {{ ref('int_call_callees') }}

),

answered_callees as (

    select
        callees.organization_id,
        callees.session_id,
        count(*) as callee_count,
        array_agg(callees.callee) as callees,
        min(callees.answered_at) as first_answered_at,
        max(callees.ended_at) as last_ended_at
    from callees
    where callees.is_answered
        and (callees.organization_id, callees.session_id) in (
            select call_events.organization_id, call_events.session_id from call_events
        )
    group by callees.organization_id, callees.session_id

),

-- Once somebody is known to have answered, the others' own events, and their mailboxes, do not say
-- when.
weighed_events as (

    select
        call_events.organization_id,
        call_events.session_id,
        call_events.zoom_account_id,
        call_events.call_id,
        call_events.generation,
        call_events.is_live,
        call_events.is_voicemail,
        call_events.is_answered,
        call_events.occurred_at,
        call_events.began_at,
        call_events.answered_at,
        call_events.ended_at,
        coalesce(
            call_events.callee <> all(answered_callees.callees)
            and (call_events.told_by = 'callee' or call_events.is_voicemail),
            false
        ) as is_of_another
    from call_events
    left join answered_callees using (organization_id, session_id)

),

calls as (

    select
        organization_id,
        session_id,
        max(zoom_account_id) as zoom_account_id,
        max(call_id) as call_id,
        max(generation) filter (where is_answered and not is_live and not is_of_another)
            as answered_generation,
        coalesce(bool_or(is_voicemail) filter (where not is_of_another), false) as has_voicemail,
        coalesce(bool_or(is_answered and is_live) filter (where not is_of_another), false)
            as is_answered_live,
        bool_or(is_live) as has_live,
        max(occurred_at) as last_event_at
    from weighed_events
    group by organization_id, session_id

),

-- Live times win over records; but a mailbox picks up too, and only a record can tell that it did.
sources as (

    select
        organization_id,
        session_id,
        zoom_account_id,
        call_id,
        answered_generation,
        is_answered_live,
        has_live,
        answered_generation is not null or (is_answered_live and not has_voicemail) as is_answered,
        last_event_at
    from calls

),

-- What counts: of several who answered their own times; of an answered call the events of what was
-- answered; of any other call the live events, else all.
told_times as (

    select
        weighed_events.organization_id,
        weighed_events.session_id,
        case
            when sources.is_answered then weighed_events.answered_at
            else weighed_events.began_at
        end as started_at,
        weighed_events.ended_at
    from weighed_events
    inner join sources using (organization_id, session_id)
    left join answered_callees using (organization_id, session_id)
    where case
        when answered_callees.callee_count > 1 or weighed_events.is_of_another then false
        when sources.is_answered and sources.is_answered_live
            then weighed_events.is_answered and weighed_events.is_live
        when sources.is_answered
            then weighed_events.is_answered
                and weighed_events.generation = sources.answered_generation
        when sources.has_live then weighed_events.is_live
        else true
    end
    union all
    select
        callees.organization_id,
        callees.session_id,
        callees.answered_at as started_at,
        callees.ended_at
    from callees
    inner join answered_callees using (organization_id, session_id)
    where callees.is_answered and answered_callees.callee_count > 1

),

ends as (

    select
        organization_id,
        session_id,
        max(ended_at) as ended_at
    from told_times
    group by organization_id, session_id

),

starts as (

    select
        ends.organization_id,
        ends.session_id,
        min(told_times.started_at) as started_at
    from ends
    inner join told_times using (organization_id, session_id)
    where told_times.started_at >= ends.ended_at - interval '31 days'
    group by ends.organization_id, ends.session_id

),

-- A live event may lack its ringing time; a record of the same call has one.
other_starts as (

    select
        ends.organization_id,
        ends.session_id,
        min(weighed_events.began_at) as started_at
    from ends
    inner join weighed_events using (organization_id, session_id)
    where weighed_events.began_at between ends.ended_at - interval '31 days' and ends.ended_at
    group by ends.organization_id, ends.session_id

)

select
    sources.organization_id,
    sources.session_id,
    sources.zoom_account_id,
    sources.call_id,
    sources.answered_generation,
    sources.is_answered,
    coalesce(starts.started_at, other_starts.started_at, ends.ended_at) as started_at,
    ends.ended_at,
    sources.last_event_at
from sources
inner join ends using (organization_id, session_id)
left join starts using (organization_id, session_id)
left join other_starts using (organization_id, session_id)
