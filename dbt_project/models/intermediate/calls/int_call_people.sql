{{ config(
    unique_key=['organization_id', 'session_id', 'side', 'person'],
    indexes=[{'columns': ['organization_id', 'session_id', 'side', 'person'], 'unique': true}],
) }}
{{ change_set('landed') }}

{# Contract, 5.7: each Zoom user named in the events of their own side (`caller_*`, `callee_*`), and
   whether and when they were in the call. Several phones may ring, and several people may answer:
   one parks the call, and another picks it up. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news() }}

),

statements as (

    select
        call_events.organization_id,
        call_events.session_id,
        sides.side,
        sides.person,
        call_events.reported_by = sides.side as is_own,
        call_events.generation,
        call_events.is_live,
        call_events.is_voicemail,
        call_events.is_answered,
        call_events.answered_at,
        call_events.ended_at
    from call_events
    cross join lateral (
        values ('caller', call_events.caller), ('callee', call_events.callee)
    ) as sides (side, person)

),

people as (

    select
        organization_id,
        session_id,
        side,
        person,
        min(ended_at) as first_ended_at,
        coalesce(bool_or(is_live) filter (where is_answered), false) as is_answered_live,
        max(generation) filter (where is_answered and not is_live) as answered_generation
    from statements
    where is_own and person is not null
    group by organization_id, session_id, side, person

),

-- A mailbox picks up too, and only a record shows that it did. The mailbox of one callee does not
-- affect another callee.
mailboxes as (

    select
        people.organization_id,
        people.session_id,
        people.side,
        people.person,
        people.is_answered_live,
        people.answered_generation,
        bool_or(statements.is_voicemail)
        and not bool_or(statements.is_answered and not statements.is_live) as is_mailbox
    from people
    inner join statements using (organization_id, session_id, side)
    where statements.person is null or statements.person = people.person
    group by
        people.organization_id, people.session_id, people.side, people.person,
        people.is_answered_live, people.answered_generation

),

-- Live times win over times in records; among records, the newest generation wins.
talks as (

    select
        mailboxes.organization_id,
        mailboxes.session_id,
        mailboxes.side,
        mailboxes.person,
        min(statements.answered_at) as answered_at,
        max(statements.ended_at) as ended_at
    from mailboxes
    inner join statements using (organization_id, session_id, side, person)
    where not mailboxes.is_mailbox
        and statements.is_own
        and statements.is_answered
        and statements.generation
        = case when mailboxes.is_answered_live then 0 else mailboxes.answered_generation end
    group by
        mailboxes.organization_id, mailboxes.session_id, mailboxes.side, mailboxes.person

)

select
    people.organization_id,
    people.session_id,
    people.side,
    people.person,
    talks.answered_at is not null as is_answered,
    talks.answered_at,
    talks.ended_at,
    people.first_ended_at
from people
left join talks using (organization_id, session_id, side, person)
