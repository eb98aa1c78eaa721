{{ config(
    unique_key=['organization_id', 'session_id', 'participant_id'],
    indexes=[{'columns': ['organization_id', 'session_id', 'participant_id'], 'unique': true}],
) }}

{# Contract, 5.5: presence is the union of the legs, clipped to the session. #}

with

legs as (

    select * from {{ ref('int_participant_legs') }}
    {{ where_news() }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

counted_legs as (

    select
        legs.organization_id,
        legs.session_id,
        legs.participant_id,
        legs.is_waiting_room,
        legs.joined_at,
        legs.left_at,
        not legs.is_waiting_room and not (
            legs.is_breakout
            and (legs.joined_at is null or legs.left_at is null)
            and count(*) filter (where not legs.is_waiting_room) over (
                partition by legs.organization_id, legs.session_id, legs.participant_id
            ) > 1
        ) as is_counted,
        sessions.started_at,
        sessions.ended_at
    from legs
    inner join sessions
        on sessions.organization_id = legs.organization_id
        and sessions.session_id = legs.session_id

),

stays as (

    select
        organization_id,
        session_id,
        participant_id,
        is_waiting_room,
        is_counted and (joined_at is null or left_at is null) as is_estimated,
        -- A leave before its join is not presence.
        case
            when is_counted and coalesce(joined_at, started_at) <= coalesce(left_at, ended_at)
                then tstzrange(coalesce(joined_at, started_at), coalesce(left_at, ended_at))
                    * tstzrange(
                        least(greatest(started_at, ended_at - {{ longest_session() }}), ended_at),
                        ended_at
                    )
        end as stay
    from counted_legs

),

presence as (

    select
        organization_id,
        session_id,
        participant_id,
        count(*)::integer as connection_count,
        bool_or(is_estimated) as is_estimated,
        bool_and(is_waiting_room) as is_waiting_room_only,
        coalesce(range_agg(stay), '{}') as presence
    from stays
    group by organization_id, session_id, participant_id

)

select
    organization_id,
    session_id,
    participant_id,
    connection_count,
    {{ seconds_of('presence') }} as duration_seconds,
    is_estimated,
    is_waiting_room_only,
    lower(presence) as joined_at,
    upper(presence) as left_at,
    presence
from presence
