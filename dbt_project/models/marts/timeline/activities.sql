{{ config(
    unique_key=['organization_id', 'session_id', 'activity_id'],
    indexes=[
        {'columns': ['organization_id', 'session_id', 'activity_id'], 'unique': true},
        {'columns': ['organization_id', 'user_id', 'started_at']},
        {'columns': ['organization_id', 'updated_at']},
        {'columns': ['organization_id', 'user_id', 'feature', 'ended_at']},
    ],
    meta={'stamps': ['updated_at']},
) }}

with

entry_presence as (

    select * from {{ ref('int_entries') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

outcomes as (

    select * from {{ ref('int_outcomes') }}
    {{ where_news() }}

),

participants as not materialized (

    select * from {{ ref('int_participants') }}

),

participant_legs as not materialized (

    select * from {{ ref('int_participant_legs') }}

),

call_legs as (

    select * from {{ ref('int_call_legs') }}

),

-- The other party of a call as it is shown, if known; a user on both sides is the caller. If there
-- are several callees, the caller's other party is the one who answered first.
other_parties as (

    select distinct on (outcomes.organization_id, outcomes.session_id, outcomes.user_id)
        outcomes.organization_id,
        outcomes.session_id,
        outcomes.user_id,
        case
            when outcomes_of_others.is_paused then null
            else coalesce(others.display_name, call_legs.phone_number, call_legs.extension_number)
        end as caller_id
    from outcomes
    inner join participants using (organization_id, session_id, participant_id)
    inner join participants as others
        on others.organization_id = outcomes.organization_id
        and others.session_id = outcomes.session_id
        and others.role <> participants.role
    left join outcomes as outcomes_of_others
        on outcomes_of_others.organization_id = others.organization_id
        and outcomes_of_others.session_id = others.session_id
        and outcomes_of_others.participant_id = others.participant_id
    inner join participant_legs
        on participant_legs.organization_id = others.organization_id
        and participant_legs.session_id = others.session_id
        and participant_legs.participant_id = others.participant_id
    inner join call_legs
        on call_legs.organization_id = participant_legs.organization_id
        and call_legs.session_id = participant_legs.session_id
        and call_legs.leg_id = participant_legs.leg_id
    where outcomes.outcome = 'activity' and participants.role in ('caller', 'callee')
    order by
        outcomes.organization_id,
        outcomes.session_id,
        outcomes.user_id,
        participants.role desc,  -- 'caller' > 'callee'
        call_legs.started_at,
        call_legs.zoom_user_id collate "C",
        call_legs.leg_id

)

select
    md5(entry_presence.session_id || ' ' || entry_presence.user_id) as activity_id,
    entry_presence.organization_id,
    entry_presence.user_id,
    entry_presence.session_id,
    'zoom' as service,
    sessions.feature,
    'Call' as category,
    'cyan' as color,
    concat_ws(
        ': ',
        case entry_presence.role
            when 'host' then 'Hosted ' || sessions.title_words
            when 'attendee' then 'Attended ' || sessions.title_words
            when 'caller' then 'Outbound call'
            when 'callee' then 'Inbound call'
        end,
        coalesce(sessions.topic, other_parties.caller_id)
    ) as title,
    entry_presence.role,
    sessions.topic,
    sessions.session_type,
    case entry_presence.role
        when 'caller' then 'outbound'
        when 'callee' then 'inbound'
    end as direction,
    other_parties.caller_id,
    {{ seconds_of('entry_presence.presence') }} as duration_seconds,
    entry_presence.is_estimated,
    lower(entry_presence.presence) as started_at,
    upper(entry_presence.presence) as ended_at,
    sessions.last_event_at,
    {{ batch_time() }} as updated_at
from entry_presence
inner join sessions using (organization_id, session_id)
left join other_parties using (organization_id, session_id, user_id)
