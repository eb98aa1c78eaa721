-- An organization of {users} with a year of sessions, written straight into the tables that the page reads: what a batch
-- a day would have derived, without the hours. Who meets whom is skewed as it is in life: the first users and clients have
-- most of it. Runs as the owner, after `migrate` and one batch without news, which makes the tables.
select setseed(0.5);

insert into worksights.organizations values ('acme', 'Acme', now() - interval '3 years');
insert into worksights.users (user_id, organization_id, email, full_name, role, time_zone, created_at)
select
    'u' || number, 'acme', 'user' || number || '@acme.example',
    (array['Ana', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gita', 'Hugo', 'Ines', 'Jan'])[1 + number % 10]
        || ' Surname' || number,
    case number when 1 then 'executive' else 'member' end, 'Europe/Berlin', now() - interval '2 years'
from generate_series(1, {users}) as number;
insert into integration.connections (
    organization_id, zoom_account_id, owner_user_id, connected_at, granted_at, users_imported_at, next_import_at
)
values (
    'acme', 'AcmeZoomAccount0000000', 'u1', now() - interval '1 year', now() - interval '1 year', now(),
    now() + interval '6 hours'
);

-- Eight of ten Zoom users have the email of a WorkSights user; of the others some are mapped by hand.
insert into zoom_raw.users (
    organization_id, zoom_account_id, zoom_user_id, imported_at, batch, email, display_name, user_type, status
)
select
    'acme', 'AcmeZoomAccount0000000', 'z' || number, now() - interval '1 year', 0,
    case when number % 10 < 8 then 'user' else 'other' end || number || '@acme.example', 'Zoom User ' || number, '2',
    'active'
from generate_series(1, {users}) as number;
insert into zoom_raw.phone_users (
    organization_id, zoom_account_id, zoom_user_id, imported_at, batch, extension_id, extension_number
)
select 'acme', 'AcmeZoomAccount0000000', 'z' || number, now() - interval '1 year', 0, 'e' || number, number::text
from generate_series(1, {users}, 3) as number;
insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, effective_from)
select
    'AcmeZoomAccount0000000', 'z' || number, case when number % 20 = 9 then 'u' || number end,
    now() - interval '1 year'
from generate_series(1, {users}) as number
where number % 10 = 9;
insert into integration.subscription_changes (organization_id, user_id, feature, is_on, effective_from)
select 'acme', 'u' || number, 'webinars', false, now() - interval '30 days'
from generate_series(1, {users}, 50) as number;
insert into integration.exclusions (organization_id, email_or_domain) values ('acme', 'company7.example');
insert into pipeline.settings select * from pipeline.settings_now on conflict do nothing;

create temporary table clients as
select
    number, 'p' || number as person_id, 'c' || number % {companies} as company_id,
    'person' || number || '@company' || number % {companies} || '.example' as email, 'Client Person ' || number as name
from generate_series(1, {clients}) as number;
insert into clientsights_raw.email_addresses
select
    'acme', email, person_id, email, 'human', split_part(email, '@', 2), company_id, split_part(email, '@', 2),
    'benchmark', name, 'Company ' || company_id, 'guess', company_id, '1', '1', 0
from clients;
insert into clientsights_raw.email_addresses (
    organization_id, address, kind, reason, rule_version, psl_version, batch
)
select 'acme', lower(email), 'user', 'benchmark', '1', '1', 0 from worksights.users where organization_id = 'acme';

-- Four participants a session: three of ours and one client.
create temporary table meetings as
select
    's' || number as session_id, ended_at - minutes * interval '1 minute' as started_at, ended_at, minutes * 60 as seconds,
    case when number % 25 = 0 then 'webinars' else 'meetings' end as feature, 'Topic ' || number % 5000 as topic,
    1 + floor({clients} * power(random(), 2))::integer as client, number
from (
    select
        number, 15 + number % 75 as minutes,
        date_trunc('day', now()) - (number % 365 - 1) * interval '1 day' - interval '4 hours'
            - number % 600 * interval '1 minute' as ended_at
    from generate_series(1, {sessions}) as number
) as times;
create temporary table ours as
select distinct on (meetings.session_id, zoom_users.number)
    meetings.session_id, zoom_users.number, 'z' || zoom_users.number as zoom_user_id,
    'p' || zoom_users.number || meetings.session_id as participant_id,
    case when zoom_users.number % 10 <> 8 and zoom_users.number % 20 <> 19 then 'u' || zoom_users.number end as user_id
from meetings
cross join lateral (
    select 1 + floor({users} * power(random(), 2))::integer as number
    from generate_series(1, 3)
    where meetings.number > 0
) as zoom_users;
create temporary table everybody as
select
    ours.session_id, ours.participant_id, ours.zoom_user_id,
    case when ours.number % 10 < 8 then 'user' else 'other' end || ours.number || '@acme.example' as email,
    'Zoom User ' || ours.number as display_name, ours.user_id,
    case when ours.user_id is null then 'not_mapped' else 'activity' end as outcome
from ours
union all
select
    meetings.session_id, 'p' || clients.person_id || meetings.session_id, null, clients.email, clients.name, null,
    'not_mapped'
from meetings
inner join clients on clients.number = meetings.client;

insert into intermediate.int_meeting_sessions (
    organization_id, session_id, zoom_account_id, zoom_uuid, zoom_meeting_id, host_zoom_user_id, feature, topic,
    session_type, title_words, end_source, started_at, ended_at, due_at, last_event_at
)
select
    'acme', session_id, 'AcmeZoomAccount0000000', session_id, (8000000000 + number % 20000)::text, 'z1', feature, topic,
    'scheduled', 'a scheduled meeting', 'event', started_at, ended_at, null, ended_at
from meetings;
insert into timeline.sessions (
    session_id, organization_id, zoom_account_id, zoom_uuid, zoom_meeting_id, host_zoom_user_id, feature, topic,
    session_type, end_source, participant_count, started_at, ended_at
)
select
    session_id, organization_id, zoom_account_id, zoom_uuid, zoom_meeting_id, host_zoom_user_id, feature, topic,
    session_type, end_source, 4, started_at, ended_at
from intermediate.int_meeting_sessions
where organization_id = 'acme';
insert into intermediate.int_participants (
    organization_id, session_id, participant_id, zoom_user_id, email, display_name, imported_email, role
)
select 'acme', session_id, participant_id, zoom_user_id, email, display_name, null, 'attendee' from everybody;
insert into intermediate.int_presence (
    organization_id, session_id, participant_id, connection_count, duration_seconds, is_estimated,
    is_waiting_room_only, joined_at, left_at, presence
)
select
    'acme', session_id, everybody.participant_id, 1, meetings.seconds, false, false, meetings.started_at, meetings.ended_at,
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at))
from everybody
inner join meetings using (session_id);
insert into intermediate.int_mappings (
    organization_id, session_id, participant_id, user_id, mapped_by, is_user_active
)
select
    'acme', session_id, participant_id, user_id, case when user_id is not null then 'email' end, user_id is not null
from everybody;
insert into timeline.participants (
    participant_id, session_id, organization_id, zoom_user_id, user_id, email, display_name, role, outcome,
    duration_seconds, connection_count, is_estimated, joined_at, left_at
)
select
    participant_id, session_id, 'acme', zoom_user_id, user_id, email, display_name, 'attendee', outcome, meetings.seconds,
    1, false, meetings.started_at, meetings.ended_at
from everybody
inner join meetings using (session_id);
insert into operations.outcomes (participant_id, session_id, organization_id, user_id, outcome, detail)
select participant_id, session_id, 'acme', user_id, outcome, 'as the benchmark says' from everybody;
insert into intermediate.int_users_in_sessions (
    organization_id, session_id, user_id, role, is_estimated, presence
)
select
    'acme', session_id, ours.user_id, 'attendee', false,
    tstzmultirange(tstzrange(meetings.started_at, meetings.ended_at))
from ours
inner join meetings using (session_id)
where ours.user_id is not null;
insert into timeline.activities (
    activity_id, organization_id, user_id, session_id, service, feature, category, color, title, role, topic,
    session_type, direction, caller_id, duration_seconds, is_estimated, started_at, ended_at, last_event_at, updated_at
)
select
    ours.participant_id, 'acme', ours.user_id, session_id, 'zoom', meetings.feature, 'Call', 'cyan',
    'Attended a scheduled meeting: ' || meetings.topic, 'attendee', meetings.topic, 'scheduled', null, null,
    meetings.seconds, false, meetings.started_at, meetings.ended_at, meetings.ended_at,
    meetings.ended_at + interval '9 minutes'
from ours
inner join meetings using (session_id)
where ours.user_id is not null;

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
    company_id, organization_id, domain, name, name_source, skeleton, person_count, session_count, first_met_at,
    last_met_at
)
select
    company_id, 'acme', split_part(min(email), '@', 2), 'Company ' || company_id, 'guess', company_id, count(*),
    sum(session_count), min(first_met_at), max(last_met_at)
from clientsights.people
where organization_id = 'acme'
group by company_id;

-- The ledger of what Zoom sent: two events of each participant and two of the session; one in 500 was set aside.
insert into ingress.deliveries (
    organization_id, received_at, event, zoom_account_id, disposition, reason, batch, body_size, body_sha256
)
select
    'acme', meetings.ended_at - tenth * meetings.seconds / 10 * interval '1 second', 'meeting.participant_left',
    'AcmeZoomAccount0000000', case when meetings.number % 500 = 0 then 'quarantined' else 'landed' end,
    case when meetings.number % 500 = 0 then 'no own time' end, 1, 900, md5(session_id)
from meetings
cross join generate_series(0, 9) as tenth;
