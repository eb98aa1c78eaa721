{# A session and user with the outcome `activity` have one entry, inside its session; nobody else
   has. #}
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
            when users_with_activity.has_outcome is null then 'no participant has that outcome'
            when sessions.started_at is null then 'its session is missing'
            when not exists (
                select from active_users
                where active_users.organization_id = activities.organization_id
                    and active_users.subject = activities.user_id
            ) then 'its user is missing'
            when activities.started_at < sessions.started_at
                or activities.ended_at > sessions.ended_at
                then 'it is not inside its session'
            when not activities.duration_seconds
                between 1 and extract(epoch from activities.ended_at - activities.started_at)
                then 'its duration is not that of a presence'
            when activities.feature <> sessions.feature
                or activities.session_type <> sessions.session_type
                or activities.topic is distinct from sessions.topic
                then 'it says something else than its session'
            when (activities.service, activities.category, activities.color)
                <> ('zoom', 'Call', 'cyan')
                then 'another service, category or color'
            when (activities.feature, activities.role, coalesce(activities.direction, '')) not in (
                ('meetings', 'host', ''), ('meetings', 'attendee', ''),
                ('webinars', 'host', ''), ('webinars', 'attendee', ''),
                ('phone', 'caller', 'outbound'), ('phone', 'callee', 'inbound')
            ) then 'a role or direction that its feature does not have'
            when activities.feature <> 'phone' and activities.caller_id is not null
                then 'the other party of no call'
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
