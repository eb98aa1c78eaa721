{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true},
        {'columns': ['organization_id', 'user_id']},
        {'columns': ['organization_id', 'outcome']},
    ],
) }}

{{ derived_after('int_entries') }}

with

outcomes as (

    select * from {{ ref('int_outcomes') }}
    {{ where_news() }}

),

details as (

    select * from {{ ref('int_outcome_details') }}

)

select
    outcomes.participant_id,
    outcomes.session_id,
    outcomes.organization_id,
    case when outcomes.is_paused is not true then outcomes.user_id end as user_id,
    outcomes.outcome,
    details.detail
from outcomes
inner join details using (outcome)
