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

-- Materialized, so that each event's fields are read from its JSON once.
call_events as materialized (

    select * from {{ ref('int_call_events') }}
    {{ where_news() }}

),

sides as (

    select * from {{ ref('int_call_sides') }}
    {{ where_news() }}

),

-- Without events that name another person: their values are about that person.
statements as (

    select
        sides.organization_id, sides.session_id, sides.leg_id, sides.person_count,
        named.zoom_user_id, named.extension_id, named.extension_number,
        named.phone_number, named.number_kind, named.email, named.name, named.affiliation,
        -- 2: the person's own event; 1: another event of their side; 0: one of the other side.
        case
            when call_events.reported_by <> sides.side then 0
            when sides.person_count < 2
                or named.person = sides.person
                or (sides.person is null and call_events.is_answered)
                then 2
            else 1
        end as closeness,
        coalesce(named.person = sides.person, false) as is_named,
        call_events.is_answered,
        call_events.generation,
        call_events.occurred_at
    from sides
    inner join call_events using (organization_id, session_id)
    cross join lateral (
        values
            (
                'caller', call_events.caller, call_events.caller_zoom_user_id,
                call_events.caller_extension_id, call_events.caller_extension_number,
                call_events.caller_phone_number, call_events.caller_number_kind,
                call_events.caller_email, call_events.caller_name,
                call_events.caller_affiliation
            ),
            (
                'callee', call_events.callee, call_events.callee_zoom_user_id,
                call_events.callee_extension_id, call_events.callee_extension_number,
                call_events.callee_phone_number, call_events.callee_number_kind,
                call_events.callee_email, call_events.callee_name,
                call_events.callee_affiliation
            )
    ) as named (
        side, person, zoom_user_id, extension_id, extension_number, phone_number, number_kind,
        email, name, affiliation
    )
    where named.side = sides.side
        and (sides.person_count = 0 or named.person is null or named.person = sides.person)

),

-- Among several people, an extension or an email also identifies a person.
ranked_statements as (

    select
        organization_id,
        session_id,
        leg_id,
        zoom_user_id, extension_id, extension_number, phone_number, number_kind,
        email, name, affiliation,
        person_count < 2
        or closeness = 2
        or is_named
        or coalesce(extension_id, extension_number, email) is null
        or extension_id = any(
            array_agg(extension_id) filter (where closeness = 2 or is_named)
                over statements_of_leg
        )
        or extension_number = any(
            array_agg(extension_number) filter (where closeness = 2 or is_named)
                over statements_of_leg
        )
        or email = any(
            array_agg(email) filter (where closeness = 2 or is_named)
                over statements_of_leg
        )
            as is_of_them,
        rank() over (
            statements_of_leg order by closeness, is_answered, generation, occurred_at
        ) as rank
    from statements
    window statements_of_leg as (partition by organization_id, session_id, leg_id)

),

facts_of_side as (

    select
        organization_id,
        session_id,
        leg_id,
        {{ highest_of_group('zoom_user_id', 'rank') }},
        {{ highest_of_group('extension_id', 'rank') }},
        {{ highest_of_group('extension_number', 'rank') }},
        {{ highest_of_group('phone_number', 'rank') }},
        {{ highest_of_group('number_kind', 'rank') }},
        {{ highest_of_group('email', 'rank') }},
        {{ highest_of_group('name', 'rank') }},
        {{ highest_of_group('affiliation', 'rank') }}
    from ranked_statements
    where is_of_them
    group by organization_id, session_id, leg_id

)

select
    sides.organization_id,
    sides.session_id,
    sides.leg_id,
    sides.side,
    facts_of_side.zoom_user_id, facts_of_side.extension_id, facts_of_side.extension_number,
    facts_of_side.phone_number, facts_of_side.email, facts_of_side.name,
    case
        when facts_of_side.affiliation is not null then facts_of_side.affiliation
        when facts_of_side.number_kind = 'outside' then 'external'
    end as affiliation,
    sides.is_answered,
    sides.started_at,
    sides.ended_at
from sides
left join facts_of_side using (organization_id, session_id, leg_id)
