{{ config(
    unique_key=['organization_id', 'session_id', 'user_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'user_id'], 'unique': true}],
) }}

{# The WorkSights users who get an entry. A user with two Zoom identities in one session has one
   row: their presence is combined, and `host` wins (contract, 5.8). #}

with

outcomes as (

    select * from {{ ref('int_outcomes') }}
    {{ where_news() }}

),

participants as (

    select * from {{ ref('int_participants') }}

),

presence as (

    select * from {{ ref('int_presence') }}

)

select
    outcomes.organization_id,
    outcomes.session_id,
    outcomes.user_id,
    max(participants.role) as role,  -- 'host' > 'attendee', 'caller' > 'callee'
    bool_or(presence.is_estimated) as is_estimated,
    range_agg(presence.presence) as presence
from outcomes
inner join participants using (organization_id, session_id, participant_id)
inner join presence using (organization_id, session_id, participant_id)
where outcomes.outcome = 'activity'
group by outcomes.organization_id, outcomes.session_id, outcomes.user_id
