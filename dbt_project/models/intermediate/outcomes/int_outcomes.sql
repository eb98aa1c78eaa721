{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true},
        {'columns': ['organization_id', 'ended_at']},
        {'name': 'int_outcomes_without_entry', 'columns': [
            'organization_id', 'zoom_user_id', 'outcome', 'ended_at',
            'feature', 'session_id', 'participant_id', 'duration_seconds',
        ], 'where': "outcome <> 'activity' and zoom_user_id is not null and not is_paused"},
    ],
) }}

{# Contract, 5.10: exactly one outcome per participant, the first that applies. A user who keeps a
   session private has switched it off for themselves. This table has all that Missing counts, and
   its last index all that previews of mappings read of sessions without an entry. #}

with

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_news() }}

),

sessions as (

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

switches_off as not materialized (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'switched_off'

),

email_addresses as (

    select * from {{ ref('stg_clientsights__email_addresses') }}

),

exclusions as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind in ('exclusion', 'excluded_zoom_user', 'excluded_meeting')

),

facts as (

    select
        participants.organization_id,
        participants.session_id,
        participants.participant_id,
        participant_users.user_id,
        participants.zoom_user_id,
        participants.email,
        participants.display_name,
        sessions.feature,
        connection_states.connection_state,
        presence.duration_seconds,
        participants.zoom_user_id is not null or participants.email is not null as has_identity,
        presence.is_waiting_room_only,
        participant_users.is_user_active,
        sessions.is_answered,
        exists (
            select from switches_off
            where switches_off.organization_id = participants.organization_id
                and switches_off.subject = ''
                and switches_off.value = sessions.feature
                and switches_off.valid @> sessions.ended_at
        ) as is_feature_off,
        exists (
            select from switches_off
            where switches_off.organization_id = participants.organization_id
                and switches_off.subject = participant_users.user_id
                and switches_off.value = sessions.feature
                and switches_off.valid @> sessions.ended_at
        ) or coalesce(participant_users.is_paused, false) as is_unsubscribed,
        coalesce(participant_users.is_paused, false) as is_paused,
        participant_users.user_id is null
        and coalesce(participant_users.mapped_by = 'manual', false) as is_nobody,
        exists (
            select from exclusions
            where exclusions.organization_id = participants.organization_id
                and {{ function('excludes') }}(
                    exclusions.kind, exclusions.subject, participants.email,
                    email_addresses.person_key, participants.zoom_user_id, sessions.zoom_meeting_id
                )
        ) as is_excluded,
        sessions.ended_at
    from participants
    inner join sessions using (organization_id, session_id)
    inner join connection_states using (organization_id, session_id)
    inner join presence using (organization_id, session_id, participant_id)
    inner join participant_users using (organization_id, session_id, participant_id)
    left join email_addresses
        on email_addresses.organization_id = participants.organization_id
        and email_addresses.address = participants.email

)

select
    organization_id,
    session_id,
    participant_id,
    user_id,
    zoom_user_id,
    email,
    display_name,
    feature,
    case
        when connection_state <> 'counted' then connection_state
        when not is_answered then 'not_answered'
        when is_waiting_room_only then 'waiting_room_only'
        when duration_seconds = 0 then 'zero_duration'
        when not has_identity then 'no_identity'
        when user_id is null then 'not_mapped'
        when not is_user_active then 'user_inactive'
        when is_feature_off then 'feature_off'
        when is_unsubscribed then 'not_subscribed'
        when is_excluded then 'excluded'
        else 'activity'
    end as outcome,
    duration_seconds,
    is_nobody,
    is_paused,
    ended_at
from facts
