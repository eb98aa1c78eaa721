{{ config(
    unique_key=['organization_id', 'session_id', 'person_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'person_id'], 'unique': true},
        {'columns': ['organization_id', 'person_id', 'month']},
        {'columns': ['organization_id', 'company_id', 'month']},
    ],
    meta={'notes_periods': ['person_id', 'company_id', 'month']},
) }}

{# Contract, 5.11: the external people who were present, each once, regardless of who else was. #}

with

affiliations as (

    select * from {{ ref('int_affiliations') }}
    {{ where_news() }}

),

participants as (

    select * from {{ ref('int_participants') }}

),

presence as (

    select * from {{ ref('int_presence') }}

),

display_names as (

    select * from {{ ref('stg_clientsights__display_names') }}

),

sessions as not materialized (

    select * from {{ ref('int_sessions') }}

),

people_in_sessions as (

    select
        affiliations.organization_id,
        affiliations.session_id,
        affiliations.person_id,
        affiliations.kind,
        affiliations.company_id,
        (
            array_agg(
                display_names.person_name
                order by presence.left_at desc, display_names.person_name collate "C" desc
            ) filter (where display_names.person_name is not null)
        )[1] as person_name,
        bool_or(participants.role = 'host') as is_host,
        range_agg(presence.presence) as presence
    from affiliations
    inner join participants using (organization_id, session_id, participant_id)
    inner join presence using (organization_id, session_id, participant_id)
    left join display_names
        on display_names.organization_id = participants.organization_id
        and display_names.display_name = participants.display_name
    where affiliations.person_id is not null
    group by
        affiliations.organization_id,
        affiliations.session_id,
        affiliations.person_id,
        affiliations.kind,
        affiliations.company_id

)

select
    people_in_sessions.organization_id,
    people_in_sessions.session_id,
    people_in_sessions.person_id,
    people_in_sessions.kind,
    people_in_sessions.company_id,
    people_in_sessions.person_name,
    people_in_sessions.is_host,
    date_trunc('month', sessions.ended_at, 'UTC')::date as month,
    lower(people_in_sessions.presence) as met_at,
    people_in_sessions.presence
from people_in_sessions
inner join sessions using (organization_id, session_id)
