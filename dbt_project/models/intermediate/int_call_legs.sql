{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_user_id']},
        {'columns': ['organization_id', 'email']},
        {'columns': ['organization_id', 'extension_id']},
        {'columns': ['organization_id', 'extension_number']},
    ],
) }}
{{ change_set('landed') }}

{# Contract, 5.7: what is known about the people on both sides of a call. `caller_*` events are best
   for the caller, `callee_*` events for the callee, and each fills the gaps of the other. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news() }}

),

sides as (

    select * from {{ ref('int_call_sides') }}
    {{ where_news() }}

),

-- Without events that name another person: their values are about that person.
statements as (

    {% for side in ['caller', 'callee'] -%}
    select
        sides.organization_id,
        sides.session_id,
        sides.leg_id,
        sides.person_count,
        {% for fact in call_facts() -%}
        call_events.{{ side }}_{{ fact }} as {{ fact }},
        {% endfor -%}
        -- 2: the person's own event; 1: another event of their side; 0: one of the other side.
        case
            when call_events.reported_by <> sides.side then 0
            when sides.person_count < 2
                or call_events.{{ side }} = sides.person
                or (sides.person is null and call_events.is_answered)
                then 2
            else 1
        end as closeness,
        coalesce(call_events.{{ side }} = sides.person, false) as is_named,
        call_events.is_answered,
        call_events.generation,
        call_events.occurred_at
    from sides
    inner join call_events using (organization_id, session_id)
    where sides.side = '{{ side }}'
        and (
            sides.person_count = 0
            or call_events.{{ side }} is null
            or call_events.{{ side }} = sides.person
        )
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Among several people, an extension or an email also identifies a person.
matched_statements as (

    select
        organization_id,
        session_id,
        leg_id,
        {{ call_facts() | join(', ') }},
        closeness,
        is_answered,
        generation,
        occurred_at,
        person_count < 2
        or closeness = 2
        or is_named
        or coalesce(extension_id, extension_number, email) is null
        {% for fact in ['extension_id', 'extension_number', 'email'] -%}
        or coalesce(
            {{ fact }} = any(
                array_agg({{ fact }}) filter (where closeness = 2 or is_named)
                    over statements_of_leg
            ),
            false
        )
        {% endfor -%}
            as is_of_them
    from statements
    window statements_of_leg as (partition by organization_id, session_id, leg_id)

),

facts as (

    select
        organization_id,
        session_id,
        leg_id
        {%- for fact in call_facts() %},
        (
            array_agg(
                {{ fact }} order by
                    closeness desc, is_answered desc, generation desc, occurred_at desc,
                    {{ fact }} collate "C" desc
            ) filter (where {{ fact }} is not null)
        )[1] as {{ fact }}{% endfor %}
    from matched_statements
    where is_of_them
    group by organization_id, session_id, leg_id

)

select
    sides.organization_id,
    sides.session_id,
    sides.leg_id,
    sides.side,
    {% for fact in call_facts() -%}
    facts.{{ fact }},
    {% endfor -%}
    sides.is_answered,
    sides.started_at,
    sides.ended_at
from sides
left join facts using (organization_id, session_id, leg_id)
