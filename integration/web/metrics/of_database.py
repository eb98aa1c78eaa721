"""The figures of the installation, read from the database when Prometheus asks.

Each follows a rule of `status` or of the table of causes, and is read by the same function. No
query reads more as the history grows.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import psycopg
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from integration.causes.connections import ACCESS, IMPORT, cause_of_failure
from integration.causes.disk import Disk
from integration.causes.operator import causes_of_installation
from integration.causes.state import InstallationState, read_state
from integration.causes.table import CAUSES
from integration.connections.states import ConnectionStates
from integration.database import rows
from integration.notify.noticed import counted_causes
from integration.notify.outbox import failing_channels
from integration.notify.waiting import mail_state
from integration.pipeline.batches import batches_started
from integration.pipeline.completeness import compared_day, completeness_of_day
from integration.pipeline.failed_sessions import Failures
from integration.pipeline.job_states import (
    AUDIT_JOB,
    BATCH_JOB,
    failures_of_jobs,
    newest_failed_checks,
)
from integration.pipeline.status import Backlog, finished_batch
from integration.privacy.due_erasures import DueErasures

JOB = "dagster_job"  # Prometheus has a label `job` of its own


def figures_of_database(
    connection: psycopg.Connection, *, disk: Disk | None, has_own_app: bool, now: datetime
) -> Iterator[Metric]:
    """Only figures that are known: before the first batch, the last batch has no time."""
    state = read_state(connection, disk=disk, has_own_app=has_own_app, now=now)
    yield from _batches(connection, state)
    yield from _jobs(connection, state)
    if state.has_marts:  # the first batch creates the view that the page reads
        yield from _deliveries(state.backlog)
    yield from _connections(state.connections)
    yield from _completeness(connection, now=now)
    yield from _failures(state.failures)
    yield from _erasures(state.erasures, now=now)
    yield from _mails(connection, now=now)
    yield from _zoom(state)
    yield from _problems(connection, state)
    yield from _gauge(
        "zoom_database_size_bytes",
        "Size of the database on disk",
        rows.scalar(connection, int, "select pg_database_size(current_database())"),
    )


def _batches(connection: psycopg.Connection, state: InstallationState) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "zoom_batches_started",
        "Batches started so far",
        value=batches_started(connection),
    )
    batches = state.batches
    yield from _time(
        "zoom_last_batch_finished",
        "When the last batch finished",
        batches.last_finished_at,
    )
    yield from _time(
        "zoom_last_batch_failed",
        "When the last failed batch was recorded, whether the schedule or a command ran it",
        batches.last_failed_at,
    )
    yield from _gauge(
        "zoom_batch_failing",
        "1 from the first failed batch until a batch finishes, else 0",
        batches.failed_since is not None,
    )
    last = finished_batch(connection)
    if last is None:
        return
    yield from _gauge(
        "zoom_last_batch_duration_seconds",
        "How long the last finished batch took",
        last.length.total_seconds(),
    )
    if last.delay_median is not None and last.delay_95 is not None:
        yield from _gauges(
            "zoom_entry_delay_seconds",
            "Time from the arrival of a session's last webhook to the batch that wrote its "
            "entries, in the newest batch that wrote entries for new sessions",
            "quantile",
            {"0.5": last.delay_median.total_seconds(), "0.95": last.delay_95.total_seconds()},
        )


def _jobs(connection: psycopg.Connection, state: InstallationState) -> Iterator[Metric]:
    failures = CounterMetricFamily(
        "zoom_run_failures",
        "Failed runs of each Dagster job, whether a schedule, a sensor, a command or a person "
        "started them",
        labels=[JOB],
    )
    for job, count in failures_of_jobs(connection).items():
        failures.add_metric([job], count)
    yield failures
    audit = state.audit
    yield from _time("zoom_last_audit_passed", "When a nightly audit last passed", audit.passed_at)
    yield from _gauge(
        "zoom_audit_failing",
        "1 from the first failed nightly audit until one passes, else 0",
        audit.failed_since is not None,
    )
    is_batch_failing = state.batches.failed_since is not None
    of_batch = newest_failed_checks(connection, BATCH_JOB) if is_batch_failing else []
    yield from _gauges(
        "zoom_checks_failed",
        "Data checks that failed in the newest failed run of the job; 0 once the job succeeds",
        JOB,
        {AUDIT_JOB: len(audit.checks), BATCH_JOB: len(of_batch)},
    )


def _deliveries(found: Backlog) -> Iterator[Metric]:
    yield from _gauge(
        "zoom_deliveries_waiting", "Deliveries that no batch has processed yet", found.waiting
    )
    yield from _time(
        "zoom_oldest_waiting_delivery",
        "When the oldest waiting delivery was received; absent if none is waiting",
        found.oldest_received_at,
    )
    yield from _gauge(
        "zoom_deliveries_quarantined",
        "Deliveries of the last 24 hours that could not be read",
        found.quarantined_last_day,
    )


def _connections(found: ConnectionStates) -> Iterator[Metric]:
    yield from _gauges(
        "zoom_connections",
        "Connections by status",
        "status",
        {
            "active": found.active,
            "needs_attention": found.needs_attention,
            "disconnected": found.disconnected,
        },
    )
    yield from _gauge(
        "zoom_connections_needing_attention",
        "Connections that need attention: the last import of their users failed",
        found.needs_attention,
    )
    failing = [cause_of_failure(is_transient=one) for one in found.failures]
    yield from _gauges(
        "zoom_imports_failing",
        "The same connections by cause: access_lost (reconnect the account) or import_failing "
        "(retried automatically)",
        "cause",
        {cause: failing.count(cause) for cause in (ACCESS, IMPORT)},
    )
    yield from _time(
        "zoom_oldest_import",
        "Last import of users, for the connection in use where it is longest ago; a connection "
        "that was never imported counts from when it was connected",
        found.oldest_import_at,
    )


def _completeness(connection: psycopg.Connection, *, now: datetime) -> Iterator[Metric]:
    found = completeness_of_day(connection, compared_day(now))
    if found is not None:
        yield from _gauges(
            "zoom_sessions_of_day",
            "Sessions that ended on the newest day (UTC) that should have been compared with "
            "Zoom, of the accounts that were compared: received through webhooks alone, healed in "
            "part or whole, or missing; absent if no account was compared",
            "state",
            {"received": found.received, "healed": found.healed, "missing": found.missing},
        )


def _failures(failures: Sequence[Failures]) -> Iterator[Metric]:
    yield from _gauge(
        "zoom_sessions_failed",
        "Sessions that could not be derived and keep their previous rows",
        sum(one.sessions for one in failures),
    )
    yield from _gauge(
        "zoom_tables_failed",
        "Tables and steps that failed for a whole organization, counted once per organization",
        sum(len(one.models) for one in failures),
    )


def _erasures(due: DueErasures, *, now: datetime) -> Iterator[Metric]:
    yield from _gauges(
        "zoom_erasures_due_soon",
        "Erasures due within 48 hours: of accounts that removed the app, which are erased "
        "automatically, and of people who asked for erasure",
        "kind",
        due.soon(now=now),
    )
    yield from _gauges(
        "zoom_erasures_overdue",
        "Erasures that are overdue, those of accounts by more than an hour",
        "kind",
        due.overdue(now=now),
    )


def _mails(connection: psycopg.Connection, *, now: datetime) -> Iterator[Metric]:
    yield from _gauge(
        "zoom_notification_channels_failing",
        "Notification channels that are failing",
        len(failing_channels(connection, now=now)),
    )
    mails = mail_state(connection)
    yield from _gauge("zoom_mails_waiting", "Emails waiting to be sent", mails.waiting)
    yield from _time(
        "zoom_oldest_waiting_mail",
        "When the oldest waiting email was written; absent if none is waiting",
        mails.oldest_at,
    )
    yield from _gauge(
        "zoom_mails_failed", "Emails that could not be sent in the last 7 days", mails.failed
    )


def _zoom(state: InstallationState) -> Iterator[Metric]:
    yield from _time(
        "zoom_url_validated",
        "When Zoom last validated the URL of the installation's own app",
        state.url_validated_at,
    )
    yield from _time(
        "zoom_daemon_seen",
        "When Dagster's daemon last evaluated the sensor `backlog`, which it does once a minute",
        state.daemon_seen_at,
    )


def _problems(connection: psycopg.Connection, state: InstallationState) -> Iterator[Metric]:
    operators = [one.name for one in causes_of_installation(connection, state)]
    of_organizations = counted_causes(connection, now=state.at)
    yield from _gauges(
        "zoom_problems",
        "Open problems by cause, as in notifications; those of organizations only while a process "
        "that sends notifications is running",
        "cause",
        {
            name: operators.count(name) if cause.audience == "operator" else of_organizations[name]
            for name, cause in CAUSES.items()
            if cause.audience == "operator" or name in of_organizations
        },
    )


def _gauge(name: str, text: str, value: float) -> Iterator[Metric]:
    yield GaugeMetricFamily(name, text, value=value)


def _time(name: str, text: str, value: datetime | None) -> Iterator[Metric]:
    if value is not None:
        yield GaugeMetricFamily(f"{name}_timestamp_seconds", text, value=value.timestamp())


def _gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> Iterator[Metric]:
    family = GaugeMetricFamily(name, text, labels=[label])
    for which, value in values.items():
        family.add_metric([which], value)
    yield family
