{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'user_days'}}}) }}

{# Every day with an entry is shown, with its entries. Its time is at least that of the longest of
   them and at most that of all, and only in the features of its entries. #}

with

user_days as (

    select * from {{ ref('user_days') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'day']) }}

),

entry_days as (

    select * from {{ ref('int_entry_days') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'day']) }}

),

sums as (

    select
        organization_id,
        user_id,
        day,
        count(*) as activity_count,
        count(*) filter (where is_hosted) as hosted_count,
        max({{ seconds_of('presence') }}) as least_seconds,
        sum({{ seconds_of('presence') }}) + count(*) as most_seconds,
        max({{ seconds_of('external_presence') }}) as least_external_seconds,
        sum({{ seconds_of('external_presence') }}) + count(*) as most_external_seconds
    from entry_days
    group by organization_id, user_id, day

),

actual as (

    select
        user_days.organization_id,
        user_days.user_id,
        user_days.activity_count,
        user_days.hosted_count,
        coalesce(
            user_days.seconds between sums.least_seconds and sums.most_seconds
            and user_days.external_seconds
            between sums.least_external_seconds and sums.most_external_seconds
            and user_days.external_seconds <= user_days.seconds
            and user_days.meetings_seconds + user_days.webinars_seconds + user_days.phone_seconds
            between user_days.seconds - 3 and sums.most_seconds,
            true
        ) as is_time_possible,
        user_days.day
    from user_days
    left join sums using (organization_id, user_id, day)

),

expected as (

    select
        organization_id,
        user_id,
        activity_count,
        hosted_count,
        true as is_time_possible,
        day
    from sums

),

{{ differences(['organization_id', 'user_id', 'day'], [
    'activity_count', 'hosted_count', 'is_time_possible',
]) }}
