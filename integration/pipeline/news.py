"""Checks whether there is work for a batch, without starting a run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.connections.imports import connections_due
from integration.database import rows
from integration.pipeline.batches import latest_batch_time
from integration.pipeline.facts import settings_have_changed
from integration.pipeline.marts import marts_exist, relations_exist
from integration.pipeline.too_old import is_something_too_old
from integration.privacy.applied_exclusions import changed_exclusions
from integration.privacy.landed_privacy import changed_organizations

# Somebody watches a test meeting, so its end is processed at once. Not for longer: in a large
# account meetings end all the time, and each end would start a batch.
TEST_MEETINGS_FOLLOWED = timedelta(hours=1)


def next_early_batch(started_at: datetime, *, latest_batch: datetime | None) -> datetime:
    """From when a waiting end starts a batch for a test meeting. The first end starts a batch at
    once. If that adds no entry, the pauses double: the next batch starts after as much time again
    as had passed since the start at the latest batch. That is six batches in an hour instead of one
    after another.
    """
    if latest_batch is None or latest_batch <= started_at:
        return started_at
    return latest_batch + (latest_batch - started_at)


def reasons_for_batch(connection: psycopg.Connection, *, now: datetime) -> list[str]:
    """The reasons for a batch, in words; empty when there is nothing to do (contract, 5.13)."""
    asked: dict[str, Callable[[], bool]] = {
        "deliveries are waiting": lambda: is_delivery_waiting(connection),
        "settings have changed": lambda: settings_have_changed(connection),
        "privacy settings have changed": lambda: bool(changed_organizations(connection)),
        "exclusions are waiting to be applied or verified": lambda: bool(
            changed_exclusions(connection)
        ),
        "a user import is waiting": lambda: bool(connections_due(connection, now=now)),
        "some data has passed its retention period": lambda: is_something_too_old(
            connection, now=now
        ),
        "a session has had no ended event for 24 hours": lambda: _is_session_due(
            connection, now=now
        ),
        "the last batch did not finish": lambda: _is_batch_unfinished(connection),
    }
    return [reason for reason, is_so in asked.items() if is_so()]


def waiting_deliveries(connection: psycopg.Connection, *, limit: int) -> int:
    """The number of waiting deliveries, at most `limit`."""
    return rows.scalar(
        connection,
        int,
        """
        select count(*) from (
            select from ingress.deliveries where disposition = 'waiting' limit %s
        ) as waiting
        """,
        [limit],
    )


def is_delivery_waiting(connection: psycopg.Connection) -> bool:
    return waiting_deliveries(connection, limit=1) > 0


def is_test_meeting_waiting(connection: psycopg.Connection, *, now: datetime) -> bool:
    """Whether a meeting has ended in an account of somebody who follows a test meeting and has no
    entry yet, and it is time for a batch.
    """
    found = rows.every(
        connection, _TestMeeting, _TEST_MEETINGS_WAITING, [now - TEST_MEETINGS_FOLLOWED]
    )
    latest_batch = latest_batch_time(connection) if found else None
    followed = [
        one for one in found if next_early_batch(one.started_at, latest_batch=latest_batch) <= now
    ]
    if not marts_exist(connection):  # the first batch creates the entries
        return bool(followed)
    return any(not _has_entry(connection, one) for one in followed)


@dataclass(frozen=True)
class _TestMeeting:
    organization_id: str
    user_id: str
    started_at: datetime


_TEST_MEETINGS_WAITING = """
    select
        test_meetings.organization_id,
        test_meetings.user_id,
        max(test_meetings.started_at) as started_at
    from integration.test_meetings
    inner join integration.connections using (organization_id)
    where test_meetings.started_at > %s
        and connections.disconnected_at is null
        and exists (
            select from ingress.deliveries
            where deliveries.zoom_account_id = connections.zoom_account_id
                and deliveries.received_at >= test_meetings.started_at
                and deliveries.event = 'meeting.ended'
                and deliveries.disposition = 'waiting'
        )
    group by test_meetings.organization_id, test_meetings.user_id
"""


def _has_entry(connection: psycopg.Connection, test_meeting: _TestMeeting) -> bool:
    return rows.scalar(
        connection,
        bool,
        """
        select exists (
            select from timeline.activities
            where organization_id = %s and user_id = %s and feature = 'meetings' and ended_at >= %s
        )
        """,
        [test_meeting.organization_id, test_meeting.user_id, test_meeting.started_at],
    )


def _is_session_due(connection: psycopg.Connection, *, now: datetime) -> bool:
    # dbt creates the table: it does not exist before the first batch.
    if not relations_exist(connection, ["intermediate.int_sessions"]):
        return False
    return rows.scalar(
        connection,
        bool,
        "select exists (select from intermediate.int_sessions where due_at <= %s and "
        "ended_at is null)",
        [now],
    )


def _is_batch_unfinished(connection: psycopg.Connection) -> bool:
    return rows.scalar(
        connection, bool, "select exists (select from pipeline.batches where finished_at is null)"
    )
