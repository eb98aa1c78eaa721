{{ config(
    unique_key=['organization_id', 'session_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id'], 'unique': true},
        {'columns': ['organization_id', 'zoom_account_id', 'ended_at']},
    ],
    meta={'news': 'landed'},
) }}

{# Contract, 5.7: one call is one session, whatever generation of events told of it. #}

with

call_events as (

    select * from {{ ref('int_call_events') }}
    {{ where_news('landed') }}

),

calls as (

    select
        organization_id,
        session_id,
        max(zoom_account_id) as zoom_account_id,
        max(call_id) as call_id,
        max(generation) filter (where is_answered and not is_live) as answered_generation,
        bool_or(is_voicemail) as has_voicemail,
        bool_or(is_answered and is_live) as is_answered_live,
        bool_or(is_live) as has_live,
        min(began_at) as first_began_at,
        max(occurred_at) as last_event_at
    from call_events
    group by organization_id, session_id

),

-- Live times win over records; but a mailbox picks up too, and only a record can tell that it did.
sources as (

    select
        organization_id,
        session_id,
        zoom_account_id,
        call_id,
        answered_generation,
        is_answered_live,
        has_live,
        first_began_at,
        answered_generation is not null or (is_answered_live and not has_voicemail) as is_answered,
        last_event_at
    from calls

),

-- The events whose times count: of an answered call those of what was answered.
telling_events as (

    select
        call_events.organization_id,
        call_events.session_id,
        case
            when sources.is_answered then call_events.answered_at
            else call_events.began_at
        end as started_at,
        call_events.ended_at
    from call_events
    inner join sources using (organization_id, session_id)
    where case
        when sources.is_answered and sources.is_answered_live
            then call_events.is_answered and call_events.is_live
        when sources.is_answered
            then call_events.is_answered and call_events.generation = sources.answered_generation
        when sources.has_live then call_events.is_live
        else true
    end

),

times as (

    select
        organization_id,
        session_id,
        min(started_at) as started_at,
        greatest(max(ended_at), min(started_at)) as ended_at
    from telling_events
    group by organization_id, session_id

)

select
    sources.organization_id,
    sources.session_id,
    sources.zoom_account_id,
    sources.call_id,
    sources.answered_generation,
    sources.is_answered,
    -- A live event may lack its ringing time; a record of the same call has one.
    coalesce(times.started_at, least(sources.first_began_at, times.ended_at), times.ended_at)
        as started_at,
    times.ended_at,
    sources.last_event_at
from sources
inner join times using (organization_id, session_id)
