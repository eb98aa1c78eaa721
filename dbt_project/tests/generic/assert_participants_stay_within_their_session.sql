{# Presence is within the session and no longer than the time from join to leave. #}
{% test participants_stay_within_their_session(model, rows) %}

with

participants as (

    select * from {{ model }}
    {{ where_looked_at(rows) }}

),

sessions as (

    select * from {{ ref('sessions') }}
    {{ where_looked_at(rows) }}

),

compared as (

    select
        organization_id,
        session_id,
        participants.participant_id,
        case
            when sessions.started_at is null then 'the session is missing'
            when participants.role not in ('host', 'attendee', 'caller', 'callee')
                then 'unknown role'
            when (participants.role in ('caller', 'callee')) <> (sessions.feature = 'phone')
                then 'the feature does not have this role'
            when (participants.joined_at is null) <> (participants.left_at is null)
                then 'only one of joined_at and left_at is set'
            when participants.joined_at is null and participants.duration_seconds <> 0
                then 'a duration without joined_at and left_at'
            when participants.joined_at < sessions.started_at
                then 'present before the session started'
            when participants.left_at > sessions.ended_at then 'present after the session ended'
            when not participants.duration_seconds
                between 0
                and coalesce(extract(epoch from participants.left_at - participants.joined_at), 0)
                then 'the duration is longer than the time from join to leave'
        end as what_is_wrong
    from participants
    left join sessions using (organization_id, session_id)

)

select
    organization_id,
    session_id,
    participant_id,
    what_is_wrong
from compared
where what_is_wrong is not null

{% endtest %}
