-- What of these sessions are meetings with clients, and the ties that come of them.
insert into intermediate.int_person_sessions (
    organization_id, session_id, person_id, kind, company_id, person_name, is_host, month, met_at, presence
)
select
    'acme', session_id, clients.person_id, 'human', clients.company_id, clients.name, false,
    date_trunc('month', meetings.ended_at)::date, meetings.started_at,
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at))
from meetings
inner join clients on clients.number = meetings.client;
insert into intermediate.int_interactions (
    organization_id, session_id, user_id, person_id, company_id, people_in_session, shared_seconds, weighted_minutes,
    decayed_minutes, month, met_at, shared
)
select
    'acme', session_id, ours.user_id, clients.person_id, clients.company_id, 4, meetings.seconds, meetings.seconds / 120.0,
    meetings.seconds / 120.0 * power(2::double precision, extract(epoch from meetings.started_at - '2020-01-01Z') / 86400 / 90),
    date_trunc('month', meetings.started_at)::date, meetings.started_at,
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at))
from ours
inner join meetings using (session_id)
inner join clients on clients.number = meetings.client
where ours.user_id is not null;
insert into intermediate.int_company_sessions (
    organization_id, session_id, company_id, user_count, person_count, met_seconds, month, met_at
)
select
    organization_id, session_id, company_id, count(distinct user_id), count(distinct person_id), max(shared_seconds),
    min(month), min(met_at)
from intermediate.int_interactions
group by organization_id, session_id, company_id;
insert into intermediate.int_relationships (
    organization_id, user_id, person_id, session_count, shared_seconds, decayed_minutes, first_met_at, last_met_at
)
select
    organization_id, user_id, person_id, count(*), sum(shared_seconds), sum(decayed_minutes), min(met_at), max(met_at)
from intermediate.int_interactions
group by organization_id, user_id, person_id;
insert into intermediate.int_company_relationships (
    organization_id, user_id, company_id, session_count, shared_seconds, decayed_minutes, first_met_at, last_met_at
)
select
    organization_id, user_id, company_id, count(*), sum(shared_seconds), sum(decayed_minutes), min(met_at), max(met_at)
from intermediate.int_interactions
group by organization_id, user_id, company_id;
insert into clientsights.people (
    person_id, organization_id, company_id, email, display_name, name_source, kind, session_count, first_met_at,
    last_met_at
)
select
    person_id, 'acme', company_id, clients.email, clients.name, 'zoom', 'human', count(*), min(met_at), max(met_at)
from clients
inner join intermediate.int_person_sessions using (person_id, company_id)
group by person_id, company_id, clients.email, clients.name;
insert into clientsights.companies (
    company_id, organization_id, domain, name, name_source, skeleton, person_count, session_count, met_seconds,
    first_met_at, last_met_at
)
select
    company_id, 'acme', split_part(min(email), '@', 2), 'Company ' || company_id, 'guess', company_id, count(*),
    sum(session_count), coalesce(max(met.met_seconds), 0), min(first_met_at), max(last_met_at)
from clientsights.people
left join (
    select company_id, sum(met_seconds) as met_seconds from intermediate.int_company_sessions group by company_id
) as met using (company_id)
where organization_id = 'acme'
group by company_id;
