"""A test meeting: when someone started one, and how far the webhooks that Zoom has sent since then
have been processed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.pipeline.batches import latest_batch_time
from integration.pipeline.dispositions import NOT_RELEASED
from integration.pipeline.marts import marts_exist
from integration.pipeline.news import TEST_MEETINGS_FOLLOWED, next_early_batch

# A meeting of a minute is reported within seconds; after this time the likely reasons are shown.
EXPECTED_WITHIN = timedelta(minutes=5)
SHOWN_FOR = timedelta(days=1)
EARLY = timedelta(minutes=2)  # the interval of the sensor, and starting the batch
# Why a webhook was not used, in the words of the Missing page. The ledger's own reasons are for the
# team that runs WorkSights.
ON_HOLD = "was ignored: it arrived while processing was on hold."
NOT_USED = {
    "quarantined": "could not be read. The team that runs WorkSights can see why.",
    "unknown_account": "was discarded: the Zoom account was not connected when it was sent.",
    "ignored": "was ignored: it was about something WorkSights never stores.",
}


@dataclass(frozen=True)
class Delivery:
    received_at: datetime
    disposition: str
    reason: str | None

    @property
    def was_on_hold(self) -> bool:
        return self.reason == NOT_RELEASED

    @property
    def why_not_used(self) -> str:
        """The rest of a sentence that starts "The webhook"; empty if it was used or is waiting."""
        return ON_HOLD if self.was_on_hold else NOT_USED.get(self.disposition, "")


@dataclass(frozen=True)
class OwnOutcome:
    """The outcome of the viewer in a session that ended since the test meeting was started."""

    outcome: str
    session_id: str
    participant_id: str


@dataclass(frozen=True)
class TestMeeting:
    """`first` is the first webhook about a meeting since `started_at`, `ending` one of an ended
    meeting: one that waits, or else the first. `early_at` is from when an end starts a batch.
    `is_derived`: the batch that landed `ending` has finished. `outcome` is the viewer's own, if
    there is one.
    """

    started_at: datetime
    first: Delivery | None
    ending: Delivery | None
    early_at: datetime
    is_derived: bool
    outcome: OwnOutcome | None

    @property
    def is_stored(self) -> bool:
        return self.ending is not None and self.ending.disposition in ("landed", "duplicate")

    @property
    def is_waiting(self) -> bool:
        return self.ending is not None and self.ending.disposition == "waiting"

    @property
    def is_processed(self) -> bool:
        """Whether what has arrived can no longer lead to an entry."""
        if self.ending is None or self.is_waiting:
            return False
        return not self.is_stored or self.is_derived or self.is_finished

    @property
    def is_finished(self) -> bool:
        """Whether the viewer's entry was made."""
        return self.outcome is not None and self.outcome.outcome == "activity"

    def is_overdue(self, now: datetime) -> bool:
        """Whether the first webhook should have arrived by now."""
        return self.first is None and now - self.started_at > EXPECTED_WITHIN

    def is_early(self, now: datetime) -> bool:
        """Whether an end that waits is processed before the next 20-minute update."""
        return self.is_followed(now) and self.early_at <= now + EARLY

    def is_followed(self, now: datetime) -> bool:
        """Whether something new is still expected."""
        return not self.is_finished and now - self.started_at < TEST_MEETINGS_FOLLOWED


def start_test_meeting(
    connection: psycopg.Connection, *, organization_id: str, user_id: str
) -> None:
    connection.execute(
        "insert into integration.test_meetings (organization_id, user_id) values (%s, %s)",
        [organization_id, user_id],
    )


def latest_test_meeting(
    connection: psycopg.Connection,
    zoom_account_ids: Sequence[str],
    *,
    organization_id: str,
    user_id: str,
    now: datetime,
) -> TestMeeting | None:
    """The user's latest test meeting; None if they started none in the last day. The accounts must
    be in use by the organization.
    """
    started_at = rows.maybe_scalar(
        connection,
        datetime,
        """
        select max(started_at) from integration.test_meetings
        where organization_id = %s and user_id = %s
        """,
        [organization_id, user_id],
    )
    if started_at is None or now - started_at > SHOWN_FOR:
        return None
    if not marts_exist(connection):  # the first batch creates what is read below
        return TestMeeting(started_at, None, None, started_at, is_derived=False, outcome=None)
    first, ended, waiting = (
        _first_delivery(connection, zoom_account_ids, pattern, since=started_at, of=dispositions)
        for pattern, dispositions in (
            ("meeting.%", SQL("true")),
            ("meeting.ended", SQL("true")),
            # In a large account, the first end is often that of somebody else's meeting.
            ("meeting.ended", SQL("disposition = 'waiting'")),
        )
    )
    ending = waiting or ended
    is_derived = ending is not None and rows.scalar(
        connection, bool, _IS_DERIVED, {"arrived": ending.received_at}
    )
    outcome = rows.maybe_one(
        connection,
        OwnOutcome,
        _OWN_OUTCOME,
        {"organization": organization_id, "user": user_id, "since": started_at},
    )
    early_at = next_early_batch(started_at, latest_batch=latest_batch_time(connection))
    return TestMeeting(started_at, first, ending, early_at, is_derived, outcome)


def _first_delivery(
    connection: psycopg.Connection,
    zoom_account_ids: Sequence[str],
    pattern: str,
    *,
    since: datetime,
    of: SQL,
) -> Delivery | None:
    return rows.maybe_one(
        connection,
        Delivery,
        SQL("""
        select first.received_at, first.disposition, first.reason
        from unnest(%s::text[]) as accounts (zoom_account_id)
        cross join lateral (
            select received_at, disposition, reason from operations.deliveries
            where deliveries.zoom_account_id = accounts.zoom_account_id
                and received_at >= %s and event like %s and {of}
            order by received_at
            limit 1
        ) as first
        order by first.received_at
        limit 1
        """).format(of=of),
        [list(zoom_account_ids), since, pattern],
    )


# A batch lands what arrived before it started, and some of what arrives until it has landed.
_IS_DERIVED = """
    select
        coalesce(bool_or(finished_at is not null and as_of >= %(arrived)s), false)
        or coalesce(bool_or(landed_at >= %(arrived)s) and bool_and(finished_at is not null), false)
    from pipeline.batches
    where landed_at >= %(arrived)s or finished_at is null
"""
# An entry first: of several meetings, the one that shows that everything works.
_OWN_OUTCOME = """
    select participants.outcome, participants.session_id, participants.participant_id
    from timeline.participants
    inner join timeline.sessions using (organization_id, session_id)
    where participants.organization_id = %(organization)s
        and participants.user_id = %(user)s
        and sessions.feature = 'meetings'
        and sessions.ended_at >= %(since)s
    order by participants.outcome <> 'activity', sessions.ended_at, participants.participant_id
    limit 1
"""
