{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_account_id', 'ended_at']},
    ],
) }}
{{ change_set('landed') }}

{# Contract, 5.7: one call is one session, in any event generation. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news() }}

),

people as (

    select * from {{ ref('int_call_people') }}
    {{ where_news() }}

),

answered_callees as (

    select
        organization_id,
        session_id,
        count(*) as callee_count,
        array_agg(person) as callees
    from people
    where side = 'callee' and is_answered
    group by organization_id, session_id

),

-- If a known callee answered, the own events and the mailboxes of other callees do not determine
-- the times.
weighed_events as (

    select
        call_events.organization_id, call_events.session_id, call_events.zoom_account_id,
        call_events.call_id, call_events.is_live, call_events.is_from_api,
        call_events.is_voicemail, call_events.is_answered, call_events.occurred_at,
        call_events.began_at, call_events.answered_at, call_events.ended_at,
        -- Live times win over times in records; among records, the newest generation wins.
        case when call_events.is_live then 4 else call_events.generation end as weight,
        answered_callees.callee_count > 1 as has_several_callees,
        coalesce(
            call_events.callee <> all(answered_callees.callees)
            and (call_events.reported_by = 'callee' or call_events.is_voicemail),
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
        -- A mailbox picks up too, and only a record shows that it did.
        case
            when bool_or(is_answered and not is_live and not is_of_another)
                or not bool_or(is_voicemail and not is_of_another)
                then max(weight) filter (where is_answered and not is_of_another)
        end as answered_weight,
        bool_or(is_live) as has_live,
        bool_and(is_from_api) as is_from_api, bool_or(is_from_api) as is_healed,
        max(occurred_at) as last_event_at
    from weighed_events
    group by organization_id, session_id

),

-- Which times apply: if several callees answered, their own; for another answered call, those of
-- the winning answer; for a call that was not answered, those of live events, else of all.
weighed_times as (

    select
        weighed_events.organization_id, weighed_events.session_id, weighed_events.began_at,
        case
            when calls.answered_weight is null then weighed_events.began_at
            else weighed_events.answered_at
        end as started_at,
        weighed_events.ended_at,
        case
            when weighed_events.has_several_callees or weighed_events.is_of_another then false
            when calls.answered_weight is null
                then weighed_events.is_live or not calls.has_live
            else weighed_events.is_answered and weighed_events.weight = calls.answered_weight
        end as counts
    from weighed_events
    inner join calls using (organization_id, session_id)
    union all
    select
        people.organization_id, people.session_id, null as began_at,
        people.answered_at as started_at, people.ended_at, true as counts
    from people
    inner join answered_callees using (organization_id, session_id)
    where people.side = 'callee' and people.is_answered and answered_callees.callee_count > 1

),

bounded_times as (

    select
        organization_id, session_id, began_at, started_at, counts,
        max(ended_at) filter (where counts) over (partition by organization_id, session_id)
            as ended_at
    from weighed_times

),

-- A live event may lack its ringing time; a record of the same call has one.
times as (

    select
        organization_id, session_id,
        min(started_at) filter (where counts and started_at >= ended_at - {{ longest_session() }})
            as started_at,
        min(began_at) filter (
            where began_at between ended_at - {{ longest_session() }} and ended_at
        ) as began_at,
        min(ended_at) as ended_at
    from bounded_times
    group by organization_id, session_id

)

select
    calls.organization_id,
    calls.session_id,
    calls.zoom_account_id,
    calls.call_id,
    calls.answered_weight is not null as is_answered, calls.is_from_api, calls.is_healed,
    coalesce(times.started_at, times.began_at, times.ended_at) as started_at,
    times.ended_at,
    calls.last_event_at
from calls
inner join times using (organization_id, session_id)
