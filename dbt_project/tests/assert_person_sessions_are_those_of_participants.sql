{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'int_person_sessions'}}}) }}

{# Everyone who was present with the address of a person, in a counted session with the feature
   switched on, and is neither mapped nor excluded, has one row; no one else has. #}

with

actual as (

    select * from {{ ref('int_person_sessions') }}
    {{ where_looked_at('all') }}

),

participants as (

    select * from {{ ref('participants') }}
    {{ where_looked_at('all') }}

),

presence as (

    select * from {{ ref('int_presence') }}
    where duration_seconds > 0

),

sessions as (

    select * from {{ ref('sessions') }}

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}
    where person_id is not null

),

switches_off as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'switched_off' and subject = ''

),

exclusions as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind in ('exclusion', 'excluded_zoom_user', 'excluded_meeting')

),

expected as (

    select
        participants.organization_id,
        participants.session_id,
        email_addresses.person_id,
        email_addresses.kind,
        email_addresses.company_id,
        bool_or(participants.role = 'host') as is_host,
        date_trunc('month', min(sessions.ended_at), 'UTC')::date as month,
        min(lower(presence.presence)) as met_at,
        range_agg(presence.presence) as presence
    from participants
    inner join sessions using (organization_id, session_id)
    inner join presence using (organization_id, session_id, participant_id)
    inner join email_addresses
        on email_addresses.organization_id = participants.organization_id
        and email_addresses.address = participants.email
    where participants.user_id is null
        and not exists (
            select from switches_off
            where switches_off.organization_id = participants.organization_id
                and switches_off.value = sessions.feature
                and switches_off.valid @> sessions.ended_at
        )
        and not exists (
            select from exclusions
            where exclusions.organization_id = participants.organization_id
                and (
                    (exclusions.kind, exclusions.subject) in (
                        ('excluded_zoom_user', participants.zoom_user_id),
                        ('excluded_meeting', sessions.zoom_meeting_id)
                    )
                    or exclusions.kind = 'exclusion' and (
                        {{ function('matches_address_or_domain') }}(
                            participants.email, exclusions.subject
                        )
                        or {{ function('matches_address_or_domain') }}(
                            email_addresses.person_key, exclusions.subject
                        )
                    )
                )
        )
    group by
        participants.organization_id,
        participants.session_id,
        email_addresses.person_id,
        email_addresses.kind,
        email_addresses.company_id

),

{{ differences(['organization_id', 'session_id', 'person_id'], [
    'kind', 'company_id', 'is_host', 'month', 'met_at', 'presence',
]) }}
