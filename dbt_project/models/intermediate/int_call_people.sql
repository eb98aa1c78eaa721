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

    {% for side in ['caller', 'callee'] -%}
    select
        organization_id,
        session_id,
        '{{ side }}' as side,
        {{ side }} as person,
        reported_by = '{{ side }}' as is_own,
        generation,
        is_live,
        is_voicemail,
        is_answered,
        answered_at,
        ended_at
    from call_events
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

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
        bool_or(statements.is_voicemail)
        and not bool_or(statements.is_answered and not statements.is_live) as is_mailbox
    from people
    inner join statements using (organization_id, session_id, side)
    where statements.person is null or statements.person = people.person
    group by people.organization_id, people.session_id, people.side, people.person

),

-- Live times win over times in records; among records, the newest generation wins.
talks as (

    select
        people.organization_id,
        people.session_id,
        people.side,
        people.person,
        min(statements.answered_at) as answered_at,
        max(statements.ended_at) as ended_at
    from people
    inner join mailboxes using (organization_id, session_id, side, person)
    inner join statements using (organization_id, session_id, side, person)
    where not mailboxes.is_mailbox
        and statements.is_own
        and statements.is_answered
        and statements.generation
        = case when people.is_answered_live then 0 else people.answered_generation end
    group by people.organization_id, people.session_id, people.side, people.person

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
