{# Each user with the outcome `activity` in a session has exactly one entry, within the session;
   there are no other entries. #}
{% test activities_are_those_of_the_outcomes(model, rows) %}

with

activities as (

    select * from {{ model }}
    {{ where_looked_at(rows) }}

),

sessions as (

    select * from {{ ref('sessions') }}
    {{ where_looked_at(rows) }}

),

outcomes as (

    select * from {{ ref('outcomes') }}
    {{ where_looked_at(rows) }}

),

active_users as (

    select * from {{ ref('stg_pipeline__settings') }}
    where kind = 'user_active'

),

users_with_activity as (

    select distinct
        organization_id,
        session_id,
        user_id,
        true as has_outcome
    from outcomes
    where outcome = 'activity'

),

compared as (

    select
        organization_id,
        session_id,
        user_id,
        case
            when activities.activity_id is null then 'the entry is missing'
            when users_with_activity.has_outcome is null
                then 'no participant has the outcome activity'
            when sessions.started_at is null then 'the session is missing'
            when not exists (
                select from active_users
                where active_users.organization_id = activities.organization_id
                    and active_users.subject = activities.user_id
            ) then 'the user is missing'
            when activities.started_at < sessions.started_at
                or activities.ended_at > sessions.ended_at
                then 'the entry is not within its session'
            when not activities.duration_seconds
                between 1 and extract(epoch from activities.ended_at - activities.started_at)
                then 'the duration is zero, or longer than the time from start to end'
            when activities.feature <> sessions.feature
                or activities.session_type <> sessions.session_type
                or activities.topic is distinct from sessions.topic
                then 'the feature, type or topic differs from the session'
            when (activities.service, activities.category, activities.color)
                <> ('zoom', 'Call', 'cyan')
                then 'unknown service, category or color'
            when (activities.feature, activities.role, coalesce(activities.direction, '')) not in (
                ('meetings', 'host', ''), ('meetings', 'attendee', ''),
                ('webinars', 'host', ''), ('webinars', 'attendee', ''),
                ('phone', 'caller', 'outbound'), ('phone', 'callee', 'inbound')
            ) then 'the feature does not have this role or direction'
            when activities.feature <> 'phone' and activities.caller_id is not null
                then 'has a caller_id, but is not a call'
        end as what_is_wrong
    from activities
    full join users_with_activity using (organization_id, session_id, user_id)
    left join sessions using (organization_id, session_id)

)

select
    organization_id,
    session_id,
    user_id,
    what_is_wrong
from compared
where what_is_wrong is not null

{% endtest %}
