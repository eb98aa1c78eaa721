{{ config(
    unique_key=['organization_id', 'session_id', 'person_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'person_id'], 'unique': true},
        {'columns': ['organization_id', 'person_id', 'month']},
        {'columns': ['organization_id', 'company_id', 'month']},
    ],
    meta={'notes_months': ['person_id', 'company_id']},
) }}

{# Contract, 5.11: the external people who were present, each once, regardless of who else was. A
   mapped person is a colleague, with any address. Whether the feature was on and who is excluded
   is checked here again: an outcome names only the first of several reasons. #}

with

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_news() }}

),

sessions as not materialized (

    select * from {{ ref('int_sessions') }}

),

counted_sessions as (

    select * from {{ ref('int_session_connection_states') }}
    where connection_state = 'counted'

),

presence as (

    select * from {{ ref('int_presence') }}
    where duration_seconds > 0

),

participant_users as (

    select * from {{ ref('int_participant_users') }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}
    where person_id is not null

),

display_names as (

    select * from {{ ref('stg_clientsights__display_names') }}

),

switches_off as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'switched_off' and subject = ''

),

exclusions as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind in ('exclusion', 'excluded_zoom_user', 'excluded_meeting')

),

people_in_sessions as (

    select
        participants.organization_id,
        participants.session_id,
        email_addresses.person_id,
        email_addresses.kind,
        email_addresses.company_id,
        (
            array_agg(
                display_names.person_name
                order by presence.left_at desc, display_names.person_name collate "C" desc
            ) filter (where display_names.person_name is not null)
        )[1] as person_name,
        bool_or(participants.role = 'host') as is_host,
        range_agg(presence.presence) as presence
    from participants
    inner join sessions using (organization_id, session_id)
    inner join counted_sessions using (organization_id, session_id)
    inner join presence using (organization_id, session_id, participant_id)
    inner join participant_users using (organization_id, session_id, participant_id)
    inner join email_addresses
        on email_addresses.organization_id = participants.organization_id
        and email_addresses.address = participants.email
    left join display_names
        on display_names.organization_id = participants.organization_id
        and display_names.display_name = participants.display_name
    where participant_users.user_id is null
        and not exists (
            select from switches_off
            where switches_off.organization_id = participants.organization_id
                and switches_off.value = sessions.feature
                and switches_off.valid @> sessions.ended_at
        )
        and not exists (
            select from exclusions
            where exclusions.organization_id = participants.organization_id
                and {{ function('excludes') }}(
                    exclusions.kind,
                    exclusions.subject,
                    participants.email,
                    email_addresses.person_key,
                    participants.zoom_user_id,
                    sessions.zoom_meeting_id
                )
        )
    group by
        participants.organization_id,
        participants.session_id,
        email_addresses.person_id,
        email_addresses.kind,
        email_addresses.company_id

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
