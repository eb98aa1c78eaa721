{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_user_id']},
        {'columns': ['organization_id', 'email']},
        {'columns': ['organization_id', 'extension_id']},
        {'columns': ['organization_id', 'extension_number']},
    ],
    meta={'news': 'landed'},
) }}

{# Contract, 5.7: who was on the two sides of a call. `caller_*` events know best about the caller,
   `callee_*` about the callee, and each fills what the other lacks. Each of several callees who
   answered has a leg; where nobody did, the one whose event ends first has it. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news('landed') }}

),

calls as not materialized (

    select * from {{ ref('int_call_sessions') }}

),

callees as not materialized (

    select * from {{ ref('int_call_callees') }}

),

calls_with_news as (

    select
        call_events.organization_id,
        call_events.session_id,
        calls.is_answered,
        calls.started_at,
        calls.ended_at,
        bool_or(
            call_events.told_by = 'callee' and call_events.callee is null
            and call_events.is_answered
        ) as has_nameless_answer
    from call_events
    inner join calls using (organization_id, session_id)
    group by
        call_events.organization_id,
        call_events.session_id,
        calls.is_answered,
        calls.started_at,
        calls.ended_at

),

ranked_callees as (

    select
        callees.organization_id,
        callees.session_id,
        callees.callee,
        callees.is_answered,
        callees.answered_at,
        callees.ended_at,
        row_number() over (
            callees_of_call
            order by
                callees.is_answered desc, callees.first_ended_at, callees.callee collate "C"
        ) as place,
        count(*) over callees_of_call as callee_count,
        count(*) filter (where callees.is_answered) over callees_of_call as answered_count
    from callees
    inner join calls_with_news using (organization_id, session_id)
    window callees_of_call as (partition by callees.organization_id, callees.session_id)

),

-- `callee` is null where the events name none, and where an event without a Zoom user tells of the
-- answer while all who are named missed the call.
legs as (

    select
        organization_id,
        session_id,
        'caller' as side,
        'caller' as leg_id,
        null as callee,
        0 as callee_count,
        is_answered,
        started_at,
        ended_at
    from calls_with_news
    union all
    select
        calls_with_news.organization_id,
        calls_with_news.session_id,
        'callee' as side,
        case
            when ranked_callees.answered_count > 1
                then 'callee:' || md5(calls_with_news.session_id || ' ' || ranked_callees.callee)
            else 'callee'
        end as leg_id,
        case
            when ranked_callees.callee_count = 1
                or ranked_callees.is_answered
                or not (calls_with_news.is_answered and calls_with_news.has_nameless_answer)
                then ranked_callees.callee
        end as callee,
        coalesce(ranked_callees.callee_count, 0) as callee_count,
        calls_with_news.is_answered,
        case
            when ranked_callees.answered_count > 1 then ranked_callees.answered_at
            else calls_with_news.started_at
        end as started_at,
        case
            when ranked_callees.answered_count > 1 then ranked_callees.ended_at
            else calls_with_news.ended_at
        end as ended_at
    from calls_with_news
    left join ranked_callees
        on ranked_callees.organization_id = calls_with_news.organization_id
        and ranked_callees.session_id = calls_with_news.session_id
        and (
            ranked_callees.place = 1
            or (ranked_callees.answered_count > 1 and ranked_callees.is_answered)
        )

),

caller_statements as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        {% for fact in call_facts() -%}
        call_events.caller_{{ fact }} as {{ fact }},
        {% endfor -%}
        (call_events.told_by = 'caller')::integer as is_own,
        call_events.is_answered::integer as is_answered,
        call_events.generation,
        call_events.occurred_at
    from legs
    inner join call_events using (organization_id, session_id)
    where legs.side = 'caller'

),

-- The first of the caller's own events says who it was, when they name several people.
ranked_caller_statements as (

    select
        organization_id,
        session_id,
        leg_id,
        {{ call_facts() | join(', ') }},
        is_own,
        is_answered,
        generation,
        occurred_at,
        min(zoom_user_id) filter (where is_own = 1) over statements_of_caller
        <> max(zoom_user_id) filter (where is_own = 1) over statements_of_caller
            as are_several_named,
        first_value(is_answered) over best_first as first_is_answered,
        first_value(zoom_user_id) over best_first as first_zoom_user_id
    from caller_statements
    window
        statements_of_caller as (partition by organization_id, session_id),
        best_first as (
            statements_of_caller
            order by
                is_own desc, is_answered desc, zoom_user_id is null, generation desc,
                occurred_at desc, zoom_user_id collate "C" desc
        )

),

callee_statements as (

    select
        legs.organization_id,
        legs.session_id,
        legs.leg_id,
        legs.callee_count,
        {% for fact in call_facts() -%}
        call_events.callee_{{ fact }} as {{ fact }},
        {% endfor -%}
        call_events.told_by = 'callee' and (
            legs.callee_count < 2
            or call_events.callee = legs.callee
            or (legs.callee is null and call_events.is_answered)
        ) as is_own,
        coalesce(call_events.callee = legs.callee, false) as is_named,
        call_events.is_answered::integer as is_answered,
        call_events.generation,
        call_events.occurred_at
    from legs
    inner join call_events using (organization_id, session_id)
    where legs.side = 'callee'
        and (
            legs.callee_count = 0
            or call_events.callee is null
            or call_events.callee = legs.callee
        )

),

-- Among several an extension or an email names somebody, too.
matched_callee_statements as (

    select
        organization_id,
        session_id,
        leg_id,
        {{ call_facts() | join(', ') }},
        is_own,
        is_answered,
        generation,
        occurred_at,
        callee_count < 2
        or is_own
        or is_named
        or coalesce(extension_id, extension_number, email) is null
        {% for fact in ['extension_id', 'extension_number', 'email'] -%}
        or coalesce(
            {{ fact }} = any(array_agg({{ fact }}) filter (where is_own or is_named) over statements),
            false
        )
        {% endfor -%}
        as is_of_them
    from callee_statements
    window statements as (partition by organization_id, session_id, leg_id)

),

-- What the events of others say would fill in another person.
statements_that_count as (

    select
        organization_id,
        session_id,
        leg_id,
        {{ call_facts() | join(', ') }},
        is_own,
        is_answered,
        generation,
        occurred_at
    from ranked_caller_statements
    where
        is_own = 0
        or are_several_named is not true
        or (
            is_answered = first_is_answered
            and zoom_user_id is not distinct from first_zoom_user_id
        )
    union all
    select
        organization_id,
        session_id,
        leg_id,
        {{ call_facts() | join(', ') }},
        is_own::integer as is_own,
        is_answered,
        generation,
        occurred_at
    from matched_callee_statements
    where is_of_them

),

facts as (

    select
        organization_id,
        session_id,
        leg_id,
        {% for fact in call_facts() -%}
        (array_agg(
            {{ fact }} order by
                is_own desc, is_answered desc, generation desc, occurred_at desc,
                {{ fact }} collate "C" desc
        ) filter (where {{ fact }} is not null))[1] as {{ fact }}{{ ',' if not loop.last }}
        {% endfor %}
    from statements_that_count
    group by organization_id, session_id, leg_id

)

select
    legs.organization_id,
    legs.session_id,
    legs.leg_id,
    legs.side,
    {% for fact in call_facts() -%}
    facts.{{ fact }},
    {% endfor -%}
    legs.is_answered,
    legs.started_at,
    legs.ended_at
from legs
left join facts using (organization_id, session_id, leg_id)
