-- The days of these entries, and the sessions with each company. All users are in Berlin, and no session spans midnight
-- there that matters here: a session is on the day of its start.
insert into intermediate.int_entry_days (
    organization_id, session_id, user_id, feature, is_hosted, day, presence, external_presence
)
select
    'acme', session_id, ours.user_id, meetings.feature, false, (meetings.started_at at time zone 'Europe/Berlin')::date,
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at)),
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at))
from ours
inner join meetings using (session_id)
where ours.user_id is not null;
insert into timeline.user_days (
    organization_id, user_id, activity_count, hosted_count, seconds, external_seconds, meetings_seconds,
    webinars_seconds, phone_seconds, day
)
select organization_id, user_id, count(*), 0, 1800 * count(*), 900 * count(*), 1800 * count(*), 0, 0, day
from intermediate.int_entry_days
where organization_id = 'acme'
group by organization_id, user_id, day;
insert into intermediate.int_company_sessions (
    organization_id, session_id, company_id, user_count, person_count, met_seconds, month, met_at
)
select
    organization_id, session_id, company_id, count(distinct user_id), count(distinct person_id), max(shared_seconds),
    min(month), min(met_at)
from intermediate.int_interactions
where organization_id = 'acme'
group by organization_id, session_id, company_id;
