"""Problems of the whole installation that have no row of their own: Zoom sends nothing, Dagster's
daemon is missing, the disk is nearly full, or someone has to start an erasure.
"""

from datetime import datetime, timedelta

import psycopg

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.disk import Disk
from integration.causes.silence import LOST, SHORTEST, is_silent, weeks_of
from integration.causes.state import InstallationState
from integration.database import rows
from integration.privacy.due_erasures import SOON, DueErasures

SILENT, LAPSED = "silence_anywhere", "url_validation_lapsed"
DAEMON_SILENT, DISK, ERASURE = "daemon_silent", "disk_nearly_full", "erasure_due"

# Zoom validates the URL every 72 hours and, after six failures in a row, sends nothing more. After
# this time, one validation has failed.
VALIDATED_EVERY = timedelta(hours=72)
LAPSED_AFTER = VALIDATED_EVERY + timedelta(hours=12)
# Dagster's daemon evaluates the sensor once a minute. A restart takes one or two minutes.
SEEN_EVERY = timedelta(minutes=10)


def causes_of_zoom(connection: psycopg.Connection, state: InstallationState) -> list[OpenCause]:
    """Whether Zoom sends nothing for any account, or no longer validates the URL. Without a
    connection in use, it has nothing to send.
    """
    connected_since, now = min(state.connections.connected_at, default=None), state.at
    if connected_since is None:
        return []
    found = []
    last = _last_received(connection) if state.has_marts else None
    if (
        last is not None
        and connected_since <= last < now - SHORTEST
        and is_silent(
            now - last,
            weeks_of(connection, None, connected_at=connected_since, last=last, now=now),
        )
    ):
        found.append(OpenCause(SILENT, since=last))
    last_validated = state.url_validated_at if state.has_own_app else None
    return found + causes_of_validation(last_validated, now=now)


def causes_of_validation(last: datetime | None, *, now: datetime) -> list[OpenCause]:
    """None before the first validation: nothing can have lapsed yet."""
    if last is None or last >= now - LAPSED_AFTER:
        return []
    return [OpenCause(LAPSED, since=last + VALIDATED_EVERY)]


def causes_of_daemon(seen_at: datetime | None, *, now: datetime) -> list[OpenCause]:
    """An installation that has never run a daemon starts its batches in another way. A time in the
    future is from a clock that was ahead: a daemon that runs replaces it within a minute.
    """
    if seen_at is None or abs(now - seen_at) <= SEEN_EVERY:
        return []
    return [OpenCause(DAEMON_SILENT, since=seen_at if seen_at < now else None)]


def causes_of_disk(disk: Disk | None) -> list[OpenCause]:
    return [OpenCause(DISK)] if disk is not None and disk.is_nearly_full else []


def causes_of_erasure(due: DueErasures) -> list[OpenCause]:
    """People who asked for erasure count from 48 hours before it is due. Accounts are erased
    automatically, so they count only when that is overdue.
    """
    if not due.requests and not due.overdue_accounts:
        return []
    since = min((one.due_at - SOON for one in due.requests), default=None)
    return [OpenCause(ERASURE, since=since)]


def _last_received(connection: psycopg.Connection) -> datetime | None:
    return rows.maybe_scalar(
        connection,
        datetime,
        """
        select received_at from operations.deliveries
        where zoom_account_id is not null
        order by received_at desc
        limit 1
        """,
    )


def silence_anywhere(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "Zoom has sent nothing for any account for an unusually long time",
        "Check that the webhook URL can be reached from the internet, that the receiver is "
        "running, and that the app's event subscription is on in the Zoom Marketplace.",
        LOST,
    )


def url_validation_lapsed(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "Zoom has not validated the webhook URL for more than 72 hours",
        "Check that the webhook URL can be reached from the internet with a valid certificate. "
        "Then validate the URL in the Zoom Marketplace, in the app's event subscription.",
        "After six failed validations in a row, Zoom switches the event subscription off.",
    )


def daemon_silent(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "Dagster's daemon has not been seen for more than 10 minutes",
        "It evaluates the sensor `backlog` once a minute. Restart the daemon and the code server, "
        "and check in the Dagster UI that the sensor is on.",
        "Without the daemon, no batch, import, nightly audit or erasure starts.",
    )


def disk_nearly_full(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "The disk of the home folder is nearly full",
        "Less than 10 percent and less than 5 GB are free. Free up space or enlarge the disk.",
        "If the database is on this disk and the disk fills up, webhooks are answered with 503. "
        "Zoom retries them for an hour and a half.",
    )


def erasure_due(_one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "An erasure is due within 48 hours, or overdue",
        "To see which one, and the command for it, run: worksights-zoom status",
        "If it is late, personal data is kept longer than the law or Zoom allows.",
    )
