{{ config(
    unique_key=['organization_id', 'session_id', 'callee'],
    indexes=[{'columns': ['organization_id', 'session_id', 'callee'], 'unique': true}],
    meta={'news': 'landed'},
) }}

{# Contract, 5.7: each Zoom user whose own events (`callee_*`) tell of a call, and whether, when and
   until when they were in it. Several may ring, and several may answer: one parks the call, and
   another one picks it up. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news('landed') }}

),

callees as (

    select
        organization_id,
        session_id,
        callee,
        min(ended_at) as first_ended_at,
        coalesce(bool_or(is_live) filter (where is_answered), false) as is_answered_live,
        max(generation) filter (where is_answered and not is_live) as answered_generation
    from call_events
    where told_by = 'callee' and callee is not null
    group by organization_id, session_id, callee

),

-- A mailbox picks up too, and only a record can tell that it did; but what it tells of one callee
-- does not concern another.
mailboxes as (

    select
        callees.organization_id,
        callees.session_id,
        callees.callee,
        bool_or(call_events.is_voicemail)
        and not bool_or(call_events.is_answered and not call_events.is_live) as is_mailbox
    from callees
    inner join call_events using (organization_id, session_id)
    where call_events.callee is null or call_events.callee = callees.callee
    group by callees.organization_id, callees.session_id, callees.callee

),

-- Live times win over those of records, and of these the newest generation.
talks as (

    select
        callees.organization_id,
        callees.session_id,
        callees.callee,
        min(call_events.answered_at) as answered_at,
        max(call_events.ended_at) as ended_at
    from callees
    inner join mailboxes using (organization_id, session_id, callee)
    inner join call_events using (organization_id, session_id, callee)
    where not mailboxes.is_mailbox
        and call_events.told_by = 'callee'
        and call_events.is_answered
        and call_events.generation
        = case when callees.is_answered_live then 0 else callees.answered_generation end
    group by callees.organization_id, callees.session_id, callees.callee

)

select
    callees.organization_id,
    callees.session_id,
    callees.callee,
    talks.answered_at is not null as is_answered,
    talks.answered_at,
    talks.ended_at,
    callees.first_ended_at
from callees
left join talks using (organization_id, session_id, callee)
