{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'sessions'}}}) }}

{# From raw to mart: every session with a landed event is known (a call that somebody only listened
   to is none), every ended one is judged, every counted one is shown, and every participant of an
   ended one has an outcome. #}

with

events as (

    select * from {{ ref('stg_zoom__events') }}
    where session_id is not null and event not like 'phone.%'

),

call_events as (

    select * from {{ ref('int_call_events') }}

),

landed_sessions as (

    select organization_id, session_id from events
    union
    select organization_id, session_id from call_events

),

known_sessions as (

    select * from {{ ref('int_sessions') }}

),

judged_sessions as (

    select * from {{ ref('int_counted_sessions') }}

),

sessions as (

    select * from {{ ref('sessions') }}

),

participants as (

    select * from {{ ref('int_participants') }}

),

outcomes as (

    select * from {{ ref('outcomes') }}

),

counts as (

    select
        (select count(*) from landed_sessions) as landed,
        (select count(*) from known_sessions) as known,
        (select count(*) from known_sessions where ended_at is not null) as ended,
        (select count(*) from judged_sessions) as judged,
        (select count(*) from judged_sessions where connection_state = 'counted') as counted,
        (select count(*) from sessions) as shown,
        (select count(*) from participants) as participants,
        (select count(*) from outcomes) as outcomes

)

select
    landed,
    known,
    ended,
    judged,
    counted,
    shown,
    participants,
    outcomes
from counts
where landed <> known or ended <> judged or counted <> shown or participants <> outcomes
