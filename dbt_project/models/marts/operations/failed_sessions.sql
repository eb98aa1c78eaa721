{{ config(materialized='view') }}

{# A failure of a person, a company or a relationship is listed with the sessions in which they were
   met; a failure of a whole organization has no session. #}

with

failures as not materialized (

    select * from {{ ref('stg_pipeline__failures') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

person_sessions as (

    select * from {{ ref('int_person_sessions') }}

),

interactions as (

    select * from {{ ref('int_interactions') }}

),

failed_sessions as (

    select
        organization_id,
        session_id,
        model,
        error,
        failed_at
    from failures
    where session_id is not null or coalesce(user_id, person_id, company_id) is null
    union all
    select
        failures.organization_id,
        person_sessions.session_id,
        failures.model,
        failures.error,
        failures.failed_at
    from failures
    inner join person_sessions
        on person_sessions.organization_id = failures.organization_id
        and (
            person_sessions.person_id = failures.person_id
            or person_sessions.company_id = failures.company_id
        )
        and person_sessions.month = coalesce(failures.month, person_sessions.month)
    where failures.session_id is null and failures.user_id is null
    union all
    select
        failures.organization_id,
        interactions.session_id,
        failures.model,
        failures.error,
        failures.failed_at
    from failures
    inner join interactions
        on interactions.organization_id = failures.organization_id
        and interactions.user_id = failures.user_id
        and (
            interactions.person_id = failures.person_id
            or interactions.company_id = failures.company_id
        )
        and interactions.month = coalesce(failures.month, interactions.month)
    where failures.session_id is null

)

select
    failed_sessions.organization_id,
    failed_sessions.session_id,
    sessions.zoom_account_id,
    failed_sessions.model,
    failed_sessions.error,
    min(failed_sessions.failed_at) as failed_at
from failed_sessions
left join sessions using (organization_id, session_id)
group by
    failed_sessions.organization_id,
    failed_sessions.session_id,
    sessions.zoom_account_id,
    failed_sessions.model,
    failed_sessions.error
