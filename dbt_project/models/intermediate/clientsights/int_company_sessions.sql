{{ config(
    unique_key=['organization_id', 'session_id', 'company_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'company_id'], 'unique': true},
        {'columns': ['organization_id', 'company_id', 'month']},
        {'columns': ['organization_id', 'company_id', 'met_at']},
        {'columns': ['organization_id', 'met_at', 'company_id']},
    ],
    meta={'notes_periods': ['company_id', 'month']},
) }}

{# Contract, section 3 (company_sessions): an hour of five colleagues with three people of a company
   counts as one hour. The month is that of the session's end, as in int_person_sessions. The index
   on the time covers all that the page reads to count the companies of a week. #}

with

interactions as (

    select * from {{ ref('int_interactions') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

company_sessions as (

    select
        organization_id,
        session_id,
        company_id,
        count(distinct user_id)::integer as user_count,
        count(distinct person_id)::integer as person_count,
        min(met_at) as met_at,
        range_agg(shared) as shared
    from interactions
    where company_id is not null
    group by organization_id, session_id, company_id

)

select
    company_sessions.organization_id,
    company_sessions.session_id,
    company_sessions.company_id,
    company_sessions.user_count,
    company_sessions.person_count,
    {{ seconds_of('company_sessions.shared') }} as met_seconds,
    date_trunc('month', sessions.ended_at, 'UTC')::date as month,
    company_sessions.met_at
from company_sessions
inner join sessions using (organization_id, session_id)
