{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'sessions'}}}) }}

{# From raw to mart: every session with a landed event is derived (a call that people only listened
   to is not a session), every ended one has a connection state, every counted one is shown, and
   every participant of an ended one has an outcome. #}

with

events as (

    select * from {{ ref('stg_zoom__events') }}
    {{ where_looked_at('all') }}
        and event not like 'phone.%'

),

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_looked_at('all') }}

),

landed_sessions as (

    select organization_id, session_id from events
    where session_id is not null
    union
    select organization_id, session_id from call_events

),

known_sessions as (

    select * from {{ ref('int_sessions') }}
    {{ where_looked_at('all') }}

),

judged_sessions as (

    select * from {{ ref('int_session_connection_states') }}
    {{ where_looked_at('all') }}

),

sessions as (

    select * from {{ ref('sessions') }}
    {{ where_looked_at('all') }}

),

participants as (

    select * from {{ ref('int_participants') }}
    {{ where_looked_at('all') }}

),

outcomes as (

    select * from {{ ref('outcomes') }}
    {{ where_looked_at('all') }}

),

participant_counts as (

    select
        organization_id,
        session_id,
        count(*) as participant_count
    from participants
    group by organization_id, session_id

),

outcome_counts as (

    select
        organization_id,
        session_id,
        count(*) as outcome_count
    from outcomes
    group by organization_id, session_id

),

every_session as (

    select organization_id, session_id from landed_sessions
    union
    select organization_id, session_id from known_sessions
    union
    select organization_id, session_id from judged_sessions
    union
    select organization_id, session_id from sessions
    union
    select organization_id, session_id from participant_counts
    union
    select organization_id, session_id from outcome_counts

),

compared as (

    select
        every_session.organization_id,
        every_session.session_id,
        case
            when landed_sessions.session_id is null then 'a session without an event'
            when known_sessions.session_id is null then 'events were landed, but not derived'
            when (known_sessions.ended_at is not null) <> (judged_sessions.session_id is not null)
                then 'an end without a connection state, or vice versa'
            when (judged_sessions.connection_state is not distinct from 'counted')
                <> (sessions.session_id is not null)
                then 'a counted session that is not shown, or vice versa'
            when coalesce(participant_counts.participant_count, 0)
                <> coalesce(outcome_counts.outcome_count, 0)
                then 'not exactly one outcome per participant'
        end as what_is_wrong
    from every_session
    left join landed_sessions using (organization_id, session_id)
    left join known_sessions using (organization_id, session_id)
    left join judged_sessions using (organization_id, session_id)
    left join sessions using (organization_id, session_id)
    left join participant_counts using (organization_id, session_id)
    left join outcome_counts using (organization_id, session_id)

)

select
    organization_id,
    session_id,
    what_is_wrong
from compared
where what_is_wrong is not null
