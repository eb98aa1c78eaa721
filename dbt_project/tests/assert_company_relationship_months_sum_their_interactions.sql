{{ config(
    tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_company_relationship_months'}}}
) }}

{# A month of a user and a company is the sum of the meetings with anyone from it: overlapping time
   with several of its people counts once, and of each meeting only the largest weight of one person
   counts. Two people with equal weights may have met the user at different times. #}

with

relationship_months as (

    select * from {{ ref('int_company_relationship_months') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'company_id']) }}

),

interactions as (

    select * from {{ ref('int_interactions') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'company_id']) }}

),

ranked as (

    select
        organization_id,
        session_id,
        user_id,
        company_id,
        decayed_minutes,
        rank() over (
            partition by organization_id, session_id, user_id, company_id, month
            order by weighted_minutes desc
        ) = 1 as is_largest,
        month,
        met_at,
        shared
    from interactions
    where company_id is not null

),

meetings as (

    select
        organization_id,
        session_id,
        user_id,
        company_id,
        range_agg(shared) as shared,
        min(decayed_minutes) filter (where is_largest) as least_decayed,
        max(decayed_minutes) filter (where is_largest) as most_decayed,
        month,
        min(met_at) as met_at
    from ranked
    group by organization_id, session_id, user_id, company_id, month

),

summed as (

    select
        organization_id,
        user_id,
        company_id,
        count(*)::integer as session_count,
        sum({{ seconds_of('shared') }})::bigint as shared_seconds,
        sum(least_decayed) as least_decayed,
        sum(most_decayed) as most_decayed,
        month,
        min(met_at) as first_met_at,
        max(met_at) as last_met_at
    from meetings
    group by organization_id, user_id, company_id, month

),

actual as (

    select
        relationship_months.organization_id,
        relationship_months.user_id,
        relationship_months.company_id,
        relationship_months.session_count,
        relationship_months.shared_seconds,
        coalesce(
            relationship_months.decayed_minutes
            between summed.least_decayed * (1 - 1e-9) and summed.most_decayed * (1 + 1e-9),
            true
        ) as is_weight_possible,
        relationship_months.month,
        relationship_months.first_met_at,
        relationship_months.last_met_at
    from relationship_months
    left join summed using (organization_id, user_id, company_id, month)

),

expected as (

    select
        organization_id,
        user_id,
        company_id,
        session_count,
        shared_seconds,
        true as is_weight_possible,
        month,
        first_met_at,
        last_met_at
    from summed

),

{{ differences(['organization_id', 'user_id', 'company_id', 'month'], [
    'session_count', 'shared_seconds', 'is_weight_possible', 'first_met_at', 'last_met_at',
]) }}
