{# Every counted session exists and has the right participant count. #}
{% test sessions_are_whole(model, rows) %}

with

sessions as (

    select * from {{ model }}
    {{ where_looked_at(rows) }}

),

connection_states as (

    select * from {{ ref('int_session_connection_states') }}
    {{ where_looked_at(rows) }}

),

participants as (

    select * from {{ ref('participants') }}
    {{ where_looked_at(rows) }}

),

participant_counts as (

    select
        organization_id,
        session_id,
        count(*) as participant_count
    from participants
    group by organization_id, session_id

),

compared as (

    select
        organization_id,
        session_id,
        case
            when sessions.feature is null then 'a counted session is missing'
            when connection_states.connection_state is distinct from 'counted'
                then 'the session is shown, but not counted'
            when sessions.started_at > sessions.ended_at then 'the session ends before it starts'
            when sessions.participant_count <> coalesce(participant_counts.participant_count, 0)
                then 'participant_count is not the number of participants'
            when sessions.feature not in ('meetings', 'webinars', 'phone') then 'unknown feature'
            when sessions.feature = 'phone' and sessions.participant_count < 2
                then 'a call with fewer than two sides'
            when (sessions.feature = 'phone') <> (sessions.session_type = 'call')
                then 'the feature does not have this session type'
            when sessions.end_source not in ('event', 'inferred', 'api')
                then 'unknown end_source'
            when sessions.session_type not in (
                'scheduled', 'instant', 'recurring', 'personal', 'audio_conference', 'webinar',
                'recurring_webinar', 'call', 'other'
            ) then 'unknown session_type'
        end as what_is_wrong
    from sessions
    full join connection_states using (organization_id, session_id)
    left join participant_counts using (organization_id, session_id)
    where sessions.feature is not null or connection_states.connection_state = 'counted'

)

select
    organization_id,
    session_id,
    what_is_wrong
from compared
where what_is_wrong is not null

{% endtest %}
