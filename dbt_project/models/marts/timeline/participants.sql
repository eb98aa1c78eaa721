{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true},
        {'columns': ['organization_id', 'user_id', 'left_at']},
        {'columns': ['organization_id', 'email']},
        {'columns': ['organization_id', 'zoom_user_id', 'outcome']},
    ],
) }}

{{ derived_after('int_entries') }}

with

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_news() }}

),

counted_sessions as (

    select * from {{ ref('int_session_connection_states') }}
    where connection_state = 'counted'

),

presence as (

    select * from {{ ref('int_presence') }}

),

outcomes as (

    select * from {{ ref('int_outcomes') }}

),

affiliations as (

    select * from {{ ref('int_affiliations') }}

)

select
    participants.participant_id,
    participants.session_id,
    participants.organization_id,
    case when outcomes.is_paused is not true then participants.zoom_user_id end as zoom_user_id,
    case when outcomes.is_paused is not true then outcomes.user_id end as user_id,
    case when outcomes.is_paused is not true then participants.email end as email,
    case when outcomes.is_paused is not true then participants.display_name end as display_name,
    affiliations.person_id,
    affiliations.company_id,
    affiliations.affiliation,
    participants.role,
    outcomes.outcome,
    presence.duration_seconds,
    presence.connection_count,
    presence.is_estimated,
    presence.joined_at,
    presence.left_at
from participants
inner join counted_sessions using (organization_id, session_id)
inner join presence using (organization_id, session_id, participant_id)
inner join outcomes using (organization_id, session_id, participant_id)
inner join affiliations using (organization_id, session_id, participant_id)
