{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'company_sessions'}}}) }}

{# A company was met for as long as at least one interaction with it lasted, second by second: the
   length of each interaction, without what an earlier one of the session has covered. #}

with

actual as (

    select * from {{ ref('company_sessions') }}
    {{ where_looked_at('all') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}
    {{ where_looked_at('all') }}

),

stays as (

    select
        interactions.organization_id,
        interactions.session_id,
        interactions.company_id,
        lower(stay) as starts_at,
        upper(stay) as ends_at,
        max(upper(stay)) over (
            partition by
                interactions.organization_id, interactions.session_id, interactions.company_id
            order by lower(stay), upper(stay)
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from interactions
    cross join lateral unnest(interactions.shared) as stay
    where interactions.company_id is not null

),

lengths as (

    select
        organization_id,
        session_id,
        company_id,
        floor(extract(epoch from sum(
            greatest(ends_at, covered_until) - greatest(starts_at, covered_until)
        )))::integer as met_seconds,
        min(starts_at) as met_at
    from stays
    group by organization_id, session_id, company_id

),

counts as (

    select
        organization_id,
        session_id,
        company_id,
        count(distinct user_id)::integer as user_count,
        count(distinct person_id)::integer as person_count
    from interactions
    group by organization_id, session_id, company_id

),

expected as (

    select
        lengths.organization_id,
        lengths.session_id,
        lengths.company_id,
        counts.user_count,
        counts.person_count,
        lengths.met_seconds,
        lengths.met_at
    from lengths
    inner join counts using (organization_id, session_id, company_id)

),

{{ differences(['organization_id', 'session_id', 'company_id'], [
    'user_count', 'person_count', 'met_seconds', 'met_at',
]) }}
