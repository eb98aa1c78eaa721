{{ config(
    unique_key=['organization_id', 'session_id', 'group_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'group_id'], 'unique': true}],
) }}
{{ change_set('landed') }}

{# Contract, 5.4, step 2: groups linked by binds are merged, through any number of steps. #}

with recursive

links as (

    select * from {{ ref('int_leg_links') }}
    {{ where_news() }}

),

-- Links go both ways, so each group of a session has the same number in both columns.
numbered_links as (

    select
        organization_id,
        session_id,
        group_id,
        dense_rank() over (
            partition by organization_id, session_id order by group_id collate "C"
        )::integer as number,
        dense_rank() over (
            partition by organization_id, session_id order by linked_group_id collate "C"
        )::integer as linked_number
    from links

),

-- A session is one row, regardless of its links. firsts[n] is the smallest number of a group that
-- group n is known to be merged with so far.
rounds as (

    select
        organization_id,
        session_id,
        0 as round,
        array_agg(distinct group_id collate "C" order by group_id collate "C") as group_ids,
        array_agg(number) as numbers,
        array_agg(linked_number) as linked_numbers,
        array(select generate_series(1, max(number))) as firsts
    from numbered_links
    group by organization_id, session_id

    union all

    -- Every group and its current first take the smallest first that a link offers, or the first of
    -- their first. The remaining steps halve in every round, for a chain of any length; a session
    -- is done when nothing changes.
    select
        rounds.organization_id,
        rounds.session_id,
        rounds.round + 1 as round,
        rounds.group_ids,
        rounds.numbers,
        rounds.linked_numbers,
        next_round.firsts
    from rounds
    cross join lateral (
        select array_agg(smaller.first order by smaller.number) as firsts
        from (
            select
                offers.number,
                min(offers.first) as first
            from (
                select
                    number,
                    rounds.firsts[rounds.firsts[number]] as first
                from generate_subscripts(rounds.firsts, 1) as number
                union all
                select
                    unnest(array[linked.number, rounds.firsts[linked.number]]) as number,
                    rounds.firsts[linked.linked_number] as first
                from unnest(rounds.numbers, rounds.linked_numbers)
                    as linked (number, linked_number)
            ) as offers
            group by offers.number
        ) as smaller
    ) as next_round
    where next_round.firsts <> rounds.firsts

),

last_rounds as (

    select distinct on (organization_id, session_id)
        organization_id,
        session_id,
        group_ids,
        firsts
    from rounds
    order by organization_id, session_id, round desc

)

select
    last_rounds.organization_id,
    last_rounds.session_id,
    linked.group_id,
    first_value(linked.group_id) over (
        partition by last_rounds.organization_id, last_rounds.session_id, linked.first
        order by linked.number
    ) as bound_group_id
from last_rounds
cross join lateral unnest(last_rounds.group_ids, last_rounds.firsts)
    with ordinality as linked (group_id, first, number)
