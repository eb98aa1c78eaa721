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

{# Contract, 5.7: the two sides of a call. `caller_*` events know best about the caller, `callee_*`
   about the callee, and each fills what the other lacks; of several callees the one of what was
   answered, else the one told of last. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news('landed') }}

),

calls as not materialized (

    select * from {{ ref('int_call_sessions') }}

),

statements as (

    {% for side in ['caller', 'callee'] -%}
    select
        call_events.organization_id,
        call_events.session_id,
        '{{ side }}' as side,
        {% for fact in call_facts() -%}
        call_events.{{ side }}_{{ fact }} as {{ fact }},
        {% endfor -%}
        (call_events.told_by = '{{ side }}')::integer as is_own,
        call_events.is_answered::integer as is_answered,
        call_events.generation,
        call_events.occurred_at,
        calls.is_answered as is_call_answered,
        calls.started_at,
        calls.ended_at
    from call_events
    inner join calls using (organization_id, session_id)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The first of a side's own statements says who it was, when they name several people.
ranked_statements as (

    select
        organization_id,
        session_id,
        side,
        {{ call_facts() | join(', ') }},
        is_own,
        is_answered,
        generation,
        occurred_at,
        is_call_answered,
        started_at,
        ended_at,
        min(zoom_user_id) filter (where is_own = 1) over statements_of_side
        <> max(zoom_user_id) filter (where is_own = 1) over statements_of_side
            as are_several_named,
        first_value(is_answered) over best_first as first_is_answered,
        first_value(zoom_user_id) over best_first as first_zoom_user_id
    from statements
    window
        statements_of_side as (partition by organization_id, session_id, side),
        best_first as (
            statements_of_side
            order by
                is_own desc, is_answered desc, zoom_user_id is null, generation desc,
                occurred_at desc, zoom_user_id collate "C" desc
        )

),

-- What the others who rang say would fill in another person.
statements_that_count as (

    select
        organization_id,
        session_id,
        side,
        {{ call_facts() | join(', ') }},
        is_own,
        is_answered,
        generation,
        occurred_at,
        is_call_answered,
        started_at,
        ended_at
    from ranked_statements
    where
        is_own = 0
        or are_several_named is not true
        or (
            is_answered = first_is_answered
            and zoom_user_id is not distinct from first_zoom_user_id
        )

)

select
    organization_id,
    session_id,
    side as leg_id,
    {% for fact in call_facts() -%}
    (array_agg(
        {{ fact }} order by
            is_own desc, is_answered desc, generation desc, occurred_at desc,
            {{ fact }} collate "C" desc
    ) filter (where {{ fact }} is not null))[1] as {{ fact }},
    {% endfor -%}
    bool_or(is_call_answered) as is_answered,
    min(started_at) as started_at,
    min(ended_at) as ended_at
from statements_that_count
group by organization_id, session_id, side
