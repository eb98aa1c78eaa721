{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'outcomes'}}}) }}

{# Every outcome is shown with its own text, and without the user's name if they have paused. #}

with

actual as (

    select * from {{ ref('outcomes') }}
    {{ where_looked_at('all') }}

),

outcomes as (

    select * from {{ ref('int_outcomes') }}
    {{ where_looked_at('all') }}

),

details as (

    select * from {{ ref('int_outcome_details') }}

),

expected as (

    select
        outcomes.organization_id,
        outcomes.session_id,
        outcomes.participant_id,
        case when outcomes.is_paused is not true then outcomes.user_id end as user_id,
        outcomes.outcome,
        details.detail
    from outcomes
    left join details using (outcome)

),

{{ differences(
    ['organization_id', 'session_id', 'participant_id'], ['user_id', 'outcome', 'detail']
) }}
