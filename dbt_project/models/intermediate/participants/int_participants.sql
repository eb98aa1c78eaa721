{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true}],
) }}

{# Contract, 5.4 (email and name) and 5.6: who a participant is, and whether they are the host. #}

with

legs as (

    select * from {{ ref('int_participant_legs') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

zoom_user_emails as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'zoom_user_email'

),

zoom_user_names as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'zoom_user_name'

),

participants as (

    select
        organization_id,
        session_id,
        participant_id,
        max(side) as side,
        max(zoom_user_id) as zoom_user_id,
        {{ latest_of_group('email', 'email_recency') }},
        {{ latest_of_group('display_name', 'display_name_recency') }}
    from legs
    group by organization_id, session_id, participant_id

),

participants_as_imported as (

    select
        participants.organization_id,
        participants.session_id,
        participants.participant_id,
        participants.side,
        participants.zoom_user_id,
        sessions.host_zoom_user_id,
        coalesce(participants.email, imported_email.value) as email,
        coalesce(participants.display_name, imported_name.value) as display_name,
        imported_email.value as imported_email,
        sessions.ended_at
    from participants
    inner join sessions
        on sessions.organization_id = participants.organization_id
        and sessions.session_id = participants.session_id
    left join lateral (
        {{ at_session_end('zoom_user_emails', 'participants', 'participants.zoom_user_id') }}
    ) as imported_email on true
    left join lateral (
        {{ at_session_end('zoom_user_names', 'participants', 'participants.zoom_user_id') }}
    ) as imported_name on true

)

select
    organization_id,
    session_id,
    participant_id,
    zoom_user_id,
    email,
    display_name,
    imported_email,
    case
        when side is not null then side
        when zoom_user_id = host_zoom_user_id then 'host'
        when exists (
                select from zoom_user_emails
                where zoom_user_emails.organization_id = participants_as_imported.organization_id
                    and zoom_user_emails.subject = participants_as_imported.host_zoom_user_id
                    and zoom_user_emails.value = participants_as_imported.email
                    and zoom_user_emails.valid @> participants_as_imported.ended_at
            ) then 'host'
        else 'attendee'
    end as role
from participants_as_imported
