{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[{'columns': ['organization_id', 'session_id'], 'unique': true}],
) }}

{# The number of people present, including colleagues. Devices and bots, recognized by their address
   or name, are not counted, and a person with two participants is counted once. #}

with

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_news() }}

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

),

display_names as (

    select * from {{ ref('stg_clientsights__display_names') }}

)

select
    participants.organization_id,
    participants.session_id,
    count(
        distinct coalesce(
            participant_users.user_id, email_addresses.person_id, participants.participant_id
        )
    )::integer as people_in_session
from participants
inner join presence using (organization_id, session_id, participant_id)
inner join participant_users using (organization_id, session_id, participant_id)
left join email_addresses
    on email_addresses.organization_id = participants.organization_id
    and email_addresses.address = participants.email
left join display_names
    on display_names.organization_id = participants.organization_id
    and display_names.display_name = participants.display_name
where coalesce(email_addresses.kind, 'none') not in ('resource', 'bot', 'automated')
    and display_names.is_notetaker is not true
group by participants.organization_id, participants.session_id
