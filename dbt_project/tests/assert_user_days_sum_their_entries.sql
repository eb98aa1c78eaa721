{{ config(tags=['nightly'], meta={'dagster': {'ref': {'name': 'user_days'}}}) }}

{# Every day with an entry is shown, with its entries. Its time is the length of each stay, without
   what an earlier stay of the same measure has covered. #}

with

actual as (

    select * from {{ ref('user_days') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'day']) }}

),

entry_days as (

    select * from {{ ref('int_entry_days') }}
    {{ where_looked_at('all', ['organization_id', 'user_id', 'day']) }}

),

measured as (

    select
        entry_days.organization_id,
        entry_days.user_id,
        measures.measure,
        measures.presence,
        entry_days.day
    from entry_days
    cross join lateral (
        values
            ('all', entry_days.presence),
            ('external', entry_days.external_presence),
            (entry_days.feature, entry_days.presence)
    ) as measures (measure, presence)

),

stays as (

    select
        measured.organization_id,
        measured.user_id,
        measured.measure,
        measured.day,
        lower(stay) as starts_at,
        upper(stay) as ends_at,
        max(upper(stay)) over (
            partition by
                measured.organization_id, measured.user_id, measured.measure, measured.day
            order by lower(stay), upper(stay)
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from measured
    cross join lateral unnest(measured.presence) as stay

),

lengths as (

    select
        organization_id,
        user_id,
        measure,
        floor(extract(epoch from sum(
            greatest(ends_at, covered_until) - greatest(starts_at, covered_until)
        )))::integer as seconds,
        day
    from stays
    group by organization_id, user_id, measure, day

),

counts as (

    select
        organization_id,
        user_id,
        count(*)::integer as activity_count,
        (count(*) filter (where is_hosted))::integer as hosted_count,
        day
    from entry_days
    group by organization_id, user_id, day

),

expected as (

    select
        counts.organization_id,
        counts.user_id,
        counts.activity_count,
        counts.hosted_count,
        coalesce(max(lengths.seconds) filter (where lengths.measure = 'all'), 0) as seconds,
        coalesce(max(lengths.seconds) filter (where lengths.measure = 'external'), 0)
            as external_seconds,
        coalesce(max(lengths.seconds) filter (where lengths.measure = 'meetings'), 0)
            as meetings_seconds,
        coalesce(max(lengths.seconds) filter (where lengths.measure = 'webinars'), 0)
            as webinars_seconds,
        coalesce(max(lengths.seconds) filter (where lengths.measure = 'phone'), 0)
            as phone_seconds,
        counts.day
    from counts
    left join lengths using (organization_id, user_id, day)
    group by
        counts.organization_id, counts.user_id, counts.activity_count, counts.hosted_count,
        counts.day

),

{{ differences(['organization_id', 'user_id', 'day'], [
    'activity_count', 'hosted_count', 'seconds', 'external_seconds', 'meetings_seconds',
    'webinars_seconds', 'phone_seconds',
]) }}
