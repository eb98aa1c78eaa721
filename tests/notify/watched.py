"""An organization that is watched, with a mail server and a receiver of webhooks, and what goes
wrong in it: a statement for each cause.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from integration.causes.disk import Disk
from integration.database.own_organization import EVERY
from integration.database.postgres import connect
from integration.notify.channels import channels_of
from integration.notify.notifier import Notifier
from integration.notify.watching import CountUnmapped, watch
from integration.settings import Settings
from integration.web.page.notify_thread import count_unmapped
from tests.databases import new_database, page_of
from tests.notify.smtp_server import MailBox, mail_box
from tests.notify.webhook_receiver import Receiver, webhook_receiver
from tests.pipeline.installation import template_with_tables

GB = 10**9
ROOMY, FULL = Disk(free=60 * GB, size=100 * GB), Disk(free=GB, size=100 * GB)
NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ACCOUNT = "WatchedZoomAccount0000"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OPERATOR = "oncall@operator.example"
ROLES = ("owner", "executive", "admin", "technical_admin", "manager", "member")
RESPONSIBLE = ["admin", "executive", "technical_admin"]  # the executive owns the connection
HISTORY = """
    delete from ingress.deliveries;
    insert into ingress.deliveries
        (zoom_account_id, received_at, disposition, body_size, body_sha256)
    select 'WatchedZoomAccount0000', %(now)s - interval '3 hours' - number * interval '1 minute'
        - week * interval '7 days' + interval '2 hours' * sign(week), 'landed', 1, 'x'
    from generate_series(0, 4) as week cross join generate_series(1, 5) as number
"""
FAILED = """
    insert into pipeline.failures (model, organization_id, scope, error, batch, failed_at)
    values (%(model)s, 'acme', %(scope)s, '22003', 1, %(now)s)
"""
RUN_FAILED = """
    insert into pipeline.run_failures (run_id, failed_at, job, steps)
    values ('run', %(now)s, %(job)s, '{}')
"""
ZOOM_USER = """
    insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, imported_at, batch,
        email, display_name, status)
    values ('acme', 'WatchedZoomAccount0000', 'zu-new', now(), 0, 'n@else.example', 'Nora New',
        'active');
"""
SESSION = """
    insert into timeline.participants (participant_id, session_id, organization_id, zoom_user_id,
        affiliation, role, outcome, duration_seconds, connection_count, is_estimated)
    values ('p', 's', 'acme', 'zu-new', 'internal', 'host', 'not_mapped', 60, 1, false)
"""
DETAIL = """
    update integration.connections
    set status = 'needs_attention', status_detail = %(text)s, failure_is_transient = %(transient)s
"""
REMOVED = """
    update integration.connections set status = 'disconnected', disconnected_at = %(now)s,
        erase_due_at = %(now)s + interval '7 days'
"""
UNREAD = """
    insert into ingress.deliveries
        (zoom_account_id, received_at, disposition, reason, body_size, body_sha256)
    values ('WatchedZoomAccount0000', %(now)s, 'quarantined', 'no uuid', 1, 'x')
"""
PERMISSIONS = """
    delete from integration.tokens;
    insert into integration.tokens (connection_id, organization_id, grant_type, scope)
    select connection_id, organization_id, 'authorization_code',
        'user:read:admin meeting:read:admin'
    from integration.connections
"""
EVENTS = """
    update integration.connections
    set missing_events = '["webinar.ended"]', subscription_read_at = now()
"""
REFUSED = """
    insert into integration.refused_sources
        (organization_id, zoom_account_id, source, reason, refused_at)
    values ('acme', 'WatchedZoomAccount0000', 'meetings', 'A permission is missing.', %(now)s)
"""
LOG_REFUSED = """
    insert into integration.refused_sources
        (organization_id, zoom_account_id, source, reason, refused_at)
    values ('-', '-', 'webhook_logs', 'A permission is missing.', %(now)s)
"""
VALIDATED = "insert into ingress.url_validations values (%(now)s - interval '85 hours')"
DAEMON = """
    insert into pipeline.passed_jobs
    values ('dagster_daemon', %(now)s - interval '11 minutes')
"""
ERASURE = """
    insert into integration.erasure_requests (organization_id, user_id, due_at)
    values ('acme', 'member', %(now)s + interval '47 hours')
"""
HEALED = """
    delete from zoom_raw.healed_days;
    insert into zoom_raw.healed_days (organization_id, zoom_account_id, day, source, first_run_at,
        last_run_at, compared_after_batch)
    select
        'acme', 'WatchedZoomAccount0000', %(now)s::date - number, source, now(), now(), 0
    from generate_series(0, 9) as number cross join unnest(array['meetings', 'phone']) as source
"""
# Cause of the installation, which no organization has -> what makes it.
OF_INSTALLATION: dict[str, str] = {
    "url_validation_lapsed": VALIDATED,
    "daemon_silent": DAEMON,
    "disk_nearly_full": "select",
    "erasure_due": ERASURE,
    "webhook_log_refused": LOG_REFUSED,
    "days_unhealed": "delete from zoom_raw.healed_days",
}
# Cause -> what makes it, and the operator's cause that it makes, too.
SITUATIONS: dict[str, tuple[str, dict[str, str | bool], str | None]] = {
    "access_lost": (
        DETAIL,
        {"text": "Zoom accepts it no longer. Reconnect the account.", "transient": False},
        None,
    ),
    "import_failing": (
        DETAIL,
        {"text": "WorkSights retries automatically.", "transient": True},
        None,
    ),
    "app_removed": (REMOVED, {}, None),
    "no_webhook": ("delete from ingress.deliveries", {}, None),
    "silence": (HISTORY, {}, "silence_anywhere"),
    "permissions_missing": (PERMISSIONS, {}, None),
    "events_missing": (EVENTS, {}, "events_missing_anywhere"),
    "updates_late": (RUN_FAILED, {"job": "zoom_batch"}, "batches_late"),
    "audit_failed": (RUN_FAILED, {"job": "nightly_audit"}, "audit_failed_anywhere"),
    "sessions_failed": (
        FAILED, {"model": "timeline.activities", "scope": '{"session_id": "s"}'},
        "failures_anywhere",
    ),
    "parts_failed": (FAILED, {"model": "pipeline.settings", "scope": "{}"}, "failures_anywhere"),
    "webhooks_unread": (UNREAD, {}, None),
    "sources_refused": (REFUSED, {}, None),
    "users_unmapped": (ZOOM_USER, {}, None),
    "sessions_unmapped": (ZOOM_USER + SESSION, {}, None),
}  # fmt: skip


@dataclass(frozen=True)
class Watched:
    url: str
    settings: Settings
    box: MailBox
    receiver: Receiver
    disks: list[Disk]  # the last one is the current one

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        with connect(self.url) as connection:
            cursor = None
            for one in statement.split(";\n") if isinstance(parameters, dict) else [statement]:
                cursor = connection.execute(one, parameters)
            return cursor.fetchall() if cursor and cursor.description else []

    def make(self, cause: str, *, now: datetime = NOW) -> None:
        if cause in OF_INSTALLATION:
            self.rows(OF_INSTALLATION[cause], {"now": now})
            self.disks.append(FULL if cause == "disk_nearly_full" else ROOMY)
            return
        statement, parameters, _ = SITUATIONS[cause]
        self.rows(statement, {**parameters, "now": now})

    def is_well(self, *, at: datetime) -> None:
        """Nothing goes wrong, and the last webhook and batch are some minutes old."""
        for table in (
            "ingress.deliveries", "pipeline.batches", "pipeline.run_failures", "pipeline.failures",
            "zoom_raw.users", "timeline.participants", "ingress.url_validations",
            "pipeline.passed_jobs", "integration.erasure_requests", "integration.tokens",
            "integration.refused_sources",
        ):  # fmt: skip
            self.rows(f"delete from {table}")  # noqa: S608  (our own names)
        self.rows(
            "update integration.connections set status = 'active', status_detail = null, "
            "disconnected_at = null, erase_due_at = null, missing_events = null"
        )
        self.rows(HEALED, {"now": at})
        self.disks.append(ROOMY)
        self.goes_on(at=at)

    def goes_on(self, *, at: datetime) -> None:
        """Time passes, in which webhooks arrive and batches finish."""
        self.rows("delete from pipeline.batches")
        self.rows(
            "insert into pipeline.batches (batch, as_of, finished_at) values (1, %(at)s, %(at)s)",
            {"at": at - 20 * MINUTE},
        )
        self.rows("update ingress.deliveries set received_at = %s", [at - 20 * MINUTE])
        self.rows(
            "insert into ingress.deliveries "
            "(zoom_account_id, received_at, disposition, body_size, body_sha256) "
            "values (%(account)s, %(at)s, 'landed', 1, 'x')",
            {"account": ACCOUNT, "at": at - 20 * MINUTE},
        )

    def look(self, now: datetime, *, count: CountUnmapped = count_unmapped) -> None:
        """As one process does it: looks, then sends."""
        in_transaction = partial(page_of, self.url, EVERY)
        channels = channels_of(self.settings)
        watch(
            in_transaction,
            count,
            channels,
            read_disk=lambda: self.disks[-1],
            has_own_app=self.settings.has_own_app,
            now=now,
        )
        Notifier(in_transaction, channels, clock=lambda: now).send_waiting()

    def four_look(self, now: datetime) -> None:
        """Four processes at once, and each of them once more after a restart; none of them waits
        for a minute to pass.
        """

        def look(_number: int) -> None:
            self.rows("update integration.last_looks set looked_at = 'epoch'")
            self.look(now)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(look, range(8)))

    @property
    def mailed(self) -> list[tuple[str, str]]:
        """(to whom, subject)"""
        return sorted(
            (mail.recipient.partition("@")[0], str(mail.message["Subject"]))
            for mail in self.box.received
        )

    def states(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select channel, status, reason from integration.notifications "
            "order by channel, notification_id"
        )

    def forget(self) -> None:
        self.rows("delete from integration.causes")
        self.rows("delete from integration.notifications")
        self.rows("update integration.last_looks set looked_at = 'epoch'")
        self.box.received.clear()
        self.box.answers.clear()
        self.receiver.calls.clear()
        self.receiver.answers.clear()
        self.is_well(at=NOW)


@contextmanager
def watched(server_url: str) -> Iterator[Watched]:
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        mail_box() as box,
        webhook_receiver() as receiver,
    ):
        values = {
            "SMTP_URL": box.url, "MAIL_FROM": "worksights@tests.example",
            "PUBLIC_URL": "https://page.example", "OPERATOR_EMAIL": OPERATOR,
            "NOTIFICATION_WEBHOOK_URL": receiver.url, "NOTIFICATION_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        one = Watched(url, Settings(home=Path(), values=values), box, receiver, [ROOMY])
        one.rows("insert into worksights.organizations values ('acme', 'Acme', %s)", [NOW - DAY])
        for role in ROLES:
            one.rows(
                "insert into worksights.users (user_id, organization_id, email, full_name, role, "
                "time_zone, created_at) values (%s, 'acme', %s, %s, %s, 'Europe/Berlin', %s)",
                [role, f"{role}@acme.example", f"Name of {role}", role, NOW - 90 * DAY],
            )
        one.rows(
            "insert into integration.connections (connection_id, organization_id, "
            "zoom_account_id, owner_user_id, connected_at, granted_at, users_imported_at) "
            "values ('c', 'acme', %s, 'executive', %s, %s, now())",
            [ACCOUNT, NOW - 60 * DAY, NOW - 60 * DAY],
        )
        yield one
