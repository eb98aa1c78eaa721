"""An installation with something to show in each of its metrics, and one with a long history."""

from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation

MORNING = datetime(2026, 3, 3, 9, tzinfo=UTC)
FROM_ARRIVAL = timedelta(minutes=20)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
NAMED_NOWHERE = ("firm", "ann", "zu-", "Plans", "meeting-1", "client.example")
PROBLEMS = """
    insert into pipeline.run_failures (run_id, job, steps, checks, number)
    values
        ('a', 'zoom_batch', '{dbt_models}', '{one, two}', 1),
        ('b', 'zoom_batch', '{dbt_models}', '{three}', 2),
        ('c', 'nightly_audit', '{dbt_models}', '{one, two}', 1);
    insert into pipeline.passed_jobs values ('nightly_audit', now() - interval '1 day');
    insert into ingress.deliveries (received_at, disposition, body, body_size, body_sha256)
    values (now() - interval '2 hours', 'waiting', 'x', 1, 'x'), (now(), 'waiting', 'x', 1, 'x');
    insert into ingress.deliveries (disposition, reason, body_size, body_sha256)
    values ('quarantined', 'unreadable', 1, 'x');
    update integration.connections
    set users_imported_at = '2026-03-01 00:00:00+00', status = 'active', status_detail = null;
    insert into integration.connections
        (organization_id, zoom_account_id, connected_at, status, status_detail,
        failure_is_transient, disconnected_at, erase_due_at)
    values
        ('firm', 'zoom-firm-2', now(), 'needs_attention', 'The grant lacks a scope.', false,
            null, null),
        ('firm', 'zoom-firm-3', now(), 'needs_attention', 'Retried later.', true, null, null),
        ('firm', 'zoom-firm-4', now() - interval '9 days', 'disconnected', null, null, now(),
            now() + interval '1 day'),
        ('firm', 'zoom-firm-5', now() - interval '9 days', 'disconnected', null, null, now(),
            now() - interval '1 day');
    insert into pipeline.failures (model, organization_id, scope, error, batch)
    values
        ('timeline.sessions', 'firm',
            '{"organization_id": "firm", "session_id": "meeting-1"}', '22003', 1),
        ('pipeline.settings', 'firm', '{"organization_id": "firm"}', '22003', 1);
    insert into integration.erasure_requests (organization_id, user_id, due_at)
    values
        ('firm', 'bea', now() + interval '1 day'), ('firm', 'cid', now() + interval '9 days'),
        ('firm', 'dan', now() - interval '1 day');
    insert into integration.mails (kind, sealed, status, reason, expires_at)
    values
        ('sign_in', 'x', 'waiting', 'Not yet.', now() + interval '1 hour'),
        ('sign_in', null, 'failed', 'Refused.', now());
    insert into integration.notifications
        (organization_id, channel, reason, created_at, next_attempt_at, expires_at)
    values ('firm', 'webhook', 'No answer.', now(), now(), now() + interval '1 day');
    insert into ingress.url_validations values (now());
    insert into pipeline.passed_jobs values ('dagster_daemon', now());
    insert into integration.causes (organization_id, cause, since, noticed_at, ended_at)
    values
        ('firm', 'silence', now(), now(), null), ('other', 'silence', now(), now(), null),
        ('firm', 'access_lost', now(), now(), now());
    update integration.last_looks set looked_at = now();
    insert into zoom_raw.healed_days (organization_id, zoom_account_id, day, source, first_run_at,
        last_run_at, finished_at, compared_after_batch)
    select
        'firm', 'zoom-firm', (now() at time zone 'UTC' - interval '30 hours')::date, 'meetings',
        now(), now(), now(), 0;
    insert into zoom_raw.known_sessions
        (organization_id, zoom_account_id, session_id, feature, zoom_uuid, ended_at, read_at)
    select 'firm', 'zoom-firm', 'lost', 'meetings', 'u', now() - interval '30 hours', now();
"""
# Three years of a large installation, of which nothing is waiting, failing or open.
HISTORY = """
    insert into ingress.deliveries
        (received_at, zoom_account_id, event, disposition, body_size, body_sha256, batch)
    select
        now() - number * interval '8 minutes', 'account-' || number % 7, 'meeting.ended',
        case when number % 50 = 0 then 'quarantined' else 'landed' end, 1, 'x', 1
    from generate_series(200, 100200) as number;
    insert into pipeline.batches (batch, as_of, started_at, finished_at, delay_median, delay_95)
    select
        number, now(), now() - (30100 - number) * interval '20 minutes',
        now() - (30099 - number) * interval '20 minutes',
        case when number % 100 = 0 then interval '10 minutes' end,
        case when number % 100 = 0 then interval '19 minutes' end
    from generate_series(100, 30000) as number;
    insert into pipeline.run_failures (run_id, job, steps, checks, number, failed_at)
    select
        'run ' || number, case when number % 9 = 0 then 'nightly_audit' else 'zoom_batch' end,
        '{dbt_models}', '{one, two}', number, now() - (30900 - number) * interval '20 minutes'
    from generate_series(100, 20000) as number;
    update pipeline.passed_jobs set passed_at = now() where job = 'nightly_audit';
    insert into pipeline.passed_jobs values ('nightly_audit', now()) on conflict do nothing;
    insert into integration.causes (organization_id, cause, since, noticed_at, ended_at)
    select 'firm', 'silence', now(), now(), now() from generate_series(1, 20000);
    insert into integration.notifications (
        organization_id, channel, created_at, next_attempt_at, expires_at, status, sent_at
    )
    select
        'firm', 'webhook', now() - interval '9 days' - number * interval '6 minutes', now(), now(),
        'sent', now()
    from generate_series(1, 20000) as number;
    insert into integration.erasure_requests (organization_id, user_id, due_at, done_at)
    select 'firm', null, now() - interval '1 year', now() from generate_series(1, 20000);
    insert into integration.connections
        (organization_id, zoom_account_id, connected_at, status, disconnected_at)
    select 'firm', 'ended-' || number, now(), 'disconnected', now()
    from generate_series(1, 300) as number;
    insert into zoom_raw.healed_days (organization_id, zoom_account_id, day, source, first_run_at,
        last_run_at, finished_at, compared_after_batch)
    select 'firm', 'zoom-firm', current_date - number, source, now(), now(), now(), 1
    from generate_series(1, 1100) as number
    cross join unnest(array['webhook_logs', 'meetings', 'phone']) as source;
    insert into zoom_raw.known_sessions
        (organization_id, zoom_account_id, session_id, feature, zoom_uuid, ended_at, read_at)
    select
        'firm', 'zoom-firm', 'known-' || number, 'meetings', 'u',
        now() - number * interval '4 hours', now()
    from generate_series(1, 6600) as number;
    insert into intermediate.int_meeting_sessions
        (organization_id, session_id, zoom_account_id, is_healed, ended_at)
    select organization_id, session_id, zoom_account_id, false, ended_at
    from zoom_raw.known_sessions;
    insert into timeline.sessions (session_id, organization_id, zoom_account_id, zoom_uuid, feature,
        session_type, end_source, participant_count, started_at, ended_at)
    select
        session_id, organization_id, zoom_account_id, zoom_uuid, feature, 'other', 'event', 0,
        ended_at, ended_at
    from zoom_raw.known_sessions;
"""


def with_a_meeting(installation: Installation) -> None:
    """Adds a meeting of the firm whose entry is written 20 minutes after its last webhook."""
    installation.organization("firm", account="zoom-firm", users={"ann": ANN.email})
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, "
        "effective_from, changed_by) values ('zoom-firm', 'zu-ann', 'ann', '2025-01-01', 'ann')"
    )
    meeting = Session("zoom-firm", "meeting-1", "zu-ann", MORNING - timedelta(hours=1), MORNING)
    installation.deliver(*meeting.whole([ANN, Person("C", "", "c@client.example")]), at=MORNING)
    installation.batch(now=MORNING + FROM_ARRIVAL)
