-- The days of these entries in each user's time zone. A session is on the day of its start.
insert into intermediate.int_entry_days (
    organization_id, session_id, user_id, feature, is_hosted, day, presence, external_presence
)
select
    'acme', session_id, ours.user_id, meetings.feature, false,
    (meetings.started_at at time zone users.time_zone)::date,
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at)),
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at))
from ours
inner join meetings using (session_id)
inner join worksights.users using (user_id)
where ours.user_id is not null;
insert into timeline.user_days (
    organization_id, user_id, activity_count, hosted_count, seconds, external_seconds, meetings_seconds,
    webinars_seconds, phone_seconds, day
)
select
    organization_id, user_id, entries, 0, seconds, seconds, seconds, 0, 0, day
from (
    select
        organization_id, user_id, day, count(*) as entries,
        (
            select sum(extract(epoch from upper(span) - lower(span)))::integer from unnest(range_agg(presence)) as span
        ) as seconds
    from intermediate.int_entry_days
    where organization_id = 'acme'
    group by organization_id, user_id, day
) as days;
