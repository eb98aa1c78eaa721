{# Every session that counts is there, and says how many participants it has. #}
{% test sessions_are_whole(model, rows) %}

with

sessions as (

    select * from {{ model }}
    {{ where_looked_at(rows) }}

),

counted_sessions as (

    select * from {{ ref('int_counted_sessions') }}
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
            when sessions.feature is null then 'a session that counts is missing'
            when counted_sessions.connection_state is distinct from 'counted'
                then 'it does not count'
            when sessions.started_at > sessions.ended_at then 'it ends before it begins'
            when sessions.participant_count <> coalesce(participant_counts.participant_count, 0)
                then 'it does not have that many participants'
            when sessions.feature not in ('meetings', 'webinars', 'phone') then 'unknown feature'
            when sessions.feature = 'phone' and sessions.participant_count < 2
                then 'a call that does not have two sides'
            when (sessions.feature = 'phone') <> (sessions.session_type = 'call')
                then 'a type that its feature does not have'
            when sessions.end_source not in ('event', 'inferred', 'api')
                then 'unknown source of its end'
            when sessions.session_type not in (
                'scheduled', 'instant', 'recurring', 'personal', 'audio_conference', 'webinar',
                'recurring_webinar', 'call', 'other'
            ) then 'unknown type'
        end as what_is_wrong
    from sessions
    full join counted_sessions using (organization_id, session_id)
    left join participant_counts using (organization_id, session_id)
    where sessions.feature is not null or counted_sessions.connection_state = 'counted'

)

select
    organization_id,
    session_id,
    what_is_wrong
from compared
where what_is_wrong is not null

{% endtest %}
