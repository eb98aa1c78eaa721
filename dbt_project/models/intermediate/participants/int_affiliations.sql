{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true}],
) }}

{# Contract, section 3: a participant's affiliation, based on what is known now. And 5.11: the
   external person and company that they are counted under, if any: a mapped person is a colleague,
   with any address. Whether the feature was on and who is excluded is checked here again: an
   outcome names only the first of several reasons. #}

with

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_news() }}

),

sessions as not materialized (

    select * from {{ ref('int_sessions') }}

),

connection_states as (

    select * from {{ ref('int_session_connection_states') }}

),

presence as (

    select * from {{ ref('int_presence') }}

),

participant_users as (

    select * from {{ ref('int_participant_users') }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}

),

settings as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}

),

legs as (

    select * from {{ ref('int_participant_legs') }}
    {{ where_news() }}

),

-- What a call's number indicates, or what was known about an erased person.
affiliations_of_legs as (

    select
        organization_id, session_id, participant_id,
        max(affiliation) as affiliation  -- 'internal' > 'external'
    from legs
    group by organization_id, session_id, participant_id

),

classified as (

    select
        participants.organization_id, participants.session_id, participants.participant_id,
        participants.zoom_user_id, participants.email, participant_users.user_id,
        email_addresses.kind, email_addresses.person_id, email_addresses.person_key,
        email_addresses.company_id,
        affiliations_of_legs.affiliation as affiliation_of_legs,
        exists (
            select from settings as without_email
            where without_email.organization_id = participants.organization_id
                and without_email.kind = 'zoom_user_without_email'
                and without_email.subject = participants.zoom_user_id
        ) as is_imported_without_email,
        presence.duration_seconds > 0
        and connection_states.connection_state = 'counted' as is_in_counted_session,
        sessions.feature, sessions.zoom_meeting_id, sessions.ended_at
    from participants
    inner join sessions using (organization_id, session_id)
    inner join connection_states using (organization_id, session_id)
    inner join presence using (organization_id, session_id, participant_id)
    inner join participant_users using (organization_id, session_id, participant_id)
    left join affiliations_of_legs using (organization_id, session_id, participant_id)
    left join email_addresses
        on email_addresses.organization_id = participants.organization_id
        and email_addresses.address = participants.email

),

-- A condition and not a second reading: joined with itself, `classified` was compared row by row,
-- ten minutes and more for the 40,000 participants of two busy days.
counted as (

    select
        organization_id, session_id, participant_id, user_id, email, zoom_user_id,
        is_imported_without_email, affiliation_of_legs, person_id, kind, company_id,
        person_id is not null
        and user_id is null
        and is_in_counted_session
        and not exists (
            select from settings as switches_off
            where switches_off.organization_id = classified.organization_id
                and switches_off.kind = 'switched_off'
                and switches_off.subject = ''
                and switches_off.value = classified.feature
                and switches_off.valid @> classified.ended_at
        )
        and not exists (
            select from settings as exclusions
            where exclusions.organization_id = classified.organization_id
                and exclusions.kind in ('exclusion', 'excluded_zoom_user', 'excluded_meeting')
                and {{ function('excludes') }}(
                    exclusions.kind, exclusions.subject, classified.email,
                    classified.person_key, classified.zoom_user_id, classified.zoom_meeting_id
                )
        ) as is_counted
    from classified

)

select
    organization_id,
    session_id,
    participant_id,
    case
        when user_id is not null or kind in ('user', 'internal')
            then 'internal'
        when email is null and is_imported_without_email then 'internal'
        when kind in ('automated', 'resource', 'bot') then 'unknown'
        when email is not null or zoom_user_id is not null then 'external'
        else coalesce(affiliation_of_legs, 'unknown')
    end as affiliation,
    case when is_counted then person_id end as person_id,
    case when is_counted then kind end as kind,
    case when is_counted then company_id end as company_id
from counted
