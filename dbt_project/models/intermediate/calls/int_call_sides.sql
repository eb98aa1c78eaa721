{{ config(
    unique_key=['organization_id', 'session_id', 'leg_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'leg_id'], 'unique': true}],
) }}
{{ change_set('landed') }}

{# Contract, 5.7: the caller and the callee or callees of each call. If several people answered,
   each is a callee; if no one did, the callee is the person with the earliest end. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news() }}

),

people as (

    select * from {{ ref('int_call_people') }}
    {{ where_news() }}

),

calls as (

    select * from {{ ref('int_call_sessions') }}
    {{ where_news() }}

),

sides as (

    select
        calls.organization_id,
        calls.session_id,
        named.side,
        calls.is_answered,
        calls.started_at,
        calls.ended_at,
        calls.is_answered and coalesce(
            bool_or(
                call_events.reported_by = named.side
                and named.person is null
                and call_events.is_answered
            ),
            false
        ) as has_nameless_answer
    from calls
    inner join call_events using (organization_id, session_id)
    cross join lateral (
        values ('caller', call_events.caller), ('callee', call_events.callee)
    ) as named (side, person)
    group by
        calls.organization_id, calls.session_id, named.side, calls.is_answered, calls.started_at,
        calls.ended_at

),

ranked_people as (

    select
        organization_id,
        session_id,
        side,
        person,
        is_answered,
        answered_at,
        ended_at,
        row_number() over (
            people_of_side order by is_answered desc, first_ended_at, person collate "C"
        ) as place,
        count(*) over people_of_side as person_count,
        side = 'callee' and is_answered
        and count(*) filter (where is_answered) over people_of_side > 1
            as is_one_of_several
    from people
    window people_of_side as (partition by organization_id, session_id, side)

)

select
    sides.organization_id,
    sides.session_id,
    sides.side
    || case
        when ranked_people.is_one_of_several
            then ':' || md5(sides.session_id || ' ' || ranked_people.person)
        else ''
    end as leg_id,
    sides.side,
    -- Not a person who missed the call, if an event without a Zoom user has the answer.
    case
        when ranked_people.person_count = 1
            or ranked_people.is_answered
            or not sides.has_nameless_answer
            then ranked_people.person
    end as person,
    coalesce(ranked_people.person_count, 0) as person_count,
    sides.is_answered,
    case
        when ranked_people.is_one_of_several then ranked_people.answered_at
        else sides.started_at
    end as started_at,
    case
        when ranked_people.is_one_of_several then ranked_people.ended_at
        else sides.ended_at
    end as ended_at
from sides
left join ranked_people
    on ranked_people.organization_id = sides.organization_id
    and ranked_people.session_id = sides.session_id
    and ranked_people.side = sides.side
    and (ranked_people.place = 1 or ranked_people.is_one_of_several)
