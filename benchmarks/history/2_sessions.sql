-- Four participants a session: three of ours and one client.
create temporary table meetings as
select
    's' || number as session_id, ended_at - minutes * interval '1 minute' as started_at, ended_at, minutes * 60 as seconds,
    case when number % 25 = 0 then 'webinars' else 'meetings' end as feature, 'Topic ' || number % 5000 as topic,
    1 + floor({clients} * power(random(), 2))::integer as client, number
from (
    select
        number, 15 + number % 75 as minutes,
        date_trunc('day', now()) - (1 + number % {days}) * interval '1 day' - interval '4 hours'
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
insert into intermediate.int_participant_users (
    organization_id, session_id, participant_id, user_id, mapped_by, is_user_active
)
select
    'acme', session_id, participant_id, user_id, case when user_id is not null then 'email' end, user_id is not null
from everybody;
insert into timeline.participants (
    participant_id, session_id, organization_id, zoom_user_id, user_id, person_id, company_id, email, display_name, role,
    affiliation, outcome, duration_seconds, connection_count, is_estimated, joined_at, left_at
)
select
    participant_id, session_id, 'acme', zoom_user_id, user_id, clients.person_id, clients.company_id, everybody.email,
    display_name, 'attendee', case when clients.number is null then 'internal' else 'external' end, outcome,
    meetings.seconds, 1, false, meetings.started_at, meetings.ended_at
from everybody
inner join meetings using (session_id)
left join clients on clients.email = everybody.email;
insert into intermediate.int_outcomes (
    organization_id, session_id, participant_id, user_id, zoom_user_id, email, display_name, feature, outcome, duration_seconds,
    is_nobody, is_paused, ended_at
)
select
    'acme', session_id, participant_id, user_id, zoom_user_id, email, display_name, meetings.feature, outcome, meetings.seconds,
    coalesce(substr(zoom_user_id, 2)::integer % 20 = 19, false), false, meetings.ended_at
from everybody
inner join meetings using (session_id);
insert into operations.outcomes (participant_id, session_id, organization_id, user_id, outcome, detail)
select participant_id, session_id, 'acme', user_id, outcome, 'as the benchmark says' from everybody;
insert into intermediate.int_entries (
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
insert into zoom_raw.events (
    organization_id, event_id, session_id, zoom_account_id, event, batch, occurred_at, first_received_at, fields
)
select
    'acme', session_id || event, session_id, 'AcmeZoomAccount0000000', event, 1, ended_at,
    ended_at + interval '20 seconds', '{}'
from meetings
cross join unnest(array['meeting.started', 'meeting.participant_left', 'meeting.ended']) as event;

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
