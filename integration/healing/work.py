"""What the sources share while one account is healed: the database, Zoom, and what is counted."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeGuard, TypeVar

import psycopg

from integration.connections.reading import Unread, read_in_parallel
from integration.database import rows
from integration.healing.budget import Budget, OutOfTime
from integration.healing.days import Task
from integration.healing.facts import Known, gaps_in, read_waiting
from integration.healing.queue import add_to_queue
from integration.healing.storing import storing
from integration.privacy.releases import Releases, releases_of
from integration.zoom.client import Label, ZoomClient
from integration.zoom.errors import (
    PLAN_OR_PERMISSION,
    SCOPES_MISSING,
    NoTimeLeft,
    RequestRefused,
    TransientZoomError,
    ZoomError,
)

# Requests of one account at once: Zoom takes half a second to answer, and the budget allows more
# than two requests in a second.
READERS = 8
# What is read between two commits.
CHUNK = 64
# Zoom's codes for a user or a session that does not exist, and for one of more than a year ago.
GONE = {1001, 3001, 12702}

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class Refused(Exception):
    """Zoom refuses a source until someone grants a permission or changes the plan."""

    def __init__(self, reason: str, *, source: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.source = source


def is_gone(error: ZoomError) -> bool:
    """Whether Zoom does not know the user or session (any more)."""
    return isinstance(error, RequestRefused) and (error.status == 404 or error.code in GONE)


def is_refusal(error: ZoomError) -> bool:
    """Whether a permission or the plan does not allow it. Of a whole account, or only of this user
    or session: a user without a license has no reports.
    """
    return isinstance(error, RequestRefused) and (
        error.code in (SCOPES_MISSING, PLAN_OR_PERMISSION) or error.status == 403
    )


def is_about_one(error: Exception) -> TypeGuard[ZoomError]:
    """Whether Zoom may answer other requests: it has accepted the token, and has not asked for no
    requests before a certain time.
    """
    return isinstance(error, RequestRefused) or (
        isinstance(error, TransientZoomError) and error.retry_at is None
    )


@dataclass(frozen=True)
class _Period:
    connected_at: datetime
    disconnected_at: datetime | None


@dataclass
class Work:
    """One task. `known` is what waits in the queue; sources add to it what was landed."""

    database: psycopg.Connection
    client: ZoomClient
    task: Task
    now: datetime
    ends_at: float
    known: Known
    periods: Sequence[_Period]
    releases: Releases
    counts: Counter[str] = field(default_factory=Counter)

    def is_of_day(self, ended_at: datetime) -> bool:
        return ended_at.astimezone(UTC).date() == self.task.day

    def is_kept(self, ended_at: datetime) -> bool:
        """Whether a session that ended then may be healed: in connected time, and not while the
        organization's data was held.
        """
        return any(
            one.connected_at <= ended_at
            and (one.disconnected_at is None or ended_at < one.disconnected_at)
            for one in self.periods
        ) and not self.releases.is_held(ended_at)

    def storing(self) -> AbstractContextManager[None]:
        """The only transactions in which anything of the account is stored. Raises AccountErased if
        it was erased since.
        """
        return storing(self.database, self.task)

    def add(self, bodies: Sequence[bytes]) -> None:
        """Adds bodies to the queue, in the caller's transaction."""
        self.counts["gaps"] += add_to_queue(
            self.database,
            self.task.zoom_account_id,
            bodies,
            waiting=self.known.digests,
            now=self.now,
        )

    def fill(self, bodies: Iterable[bytes]) -> dict[str, int]:
        """Adds those of the bodies that report something new. Returns the gaps by session."""
        found, unreadable = gaps_in(bodies, self.known, received_at=self.now)
        self.counts["unreadable"] += unreadable
        self.add([body for of_session in found.values() for body in of_session])
        return {session_id: len(of_session) for session_id, of_session in found.items()}

    def read_all(
        self, asked: Sequence[Asked], read: Callable[[Asked], Answered]
    ) -> list[tuple[Asked, Answered | ZoomError | OutOfTime]]:
        """Reads several things at once, in any order. The answer is OutOfTime where there was no
        time, and where there was no use in asking after an error that concerns all of them. Raises
        other errors than Zoom's.
        """
        stopped = threading.Event()

        def attempt(one: Asked) -> Answered | Exception:
            if stopped.is_set():
                return OutOfTime()
            try:
                return read(one)
            except NoTimeLeft:
                return OutOfTime()
            except Exception as error:  # noqa: BLE001 - raised below, in this thread
                if not is_about_one(error):
                    stopped.set()
                return error

        found: list[tuple[Asked, Answered | ZoomError | OutOfTime]] = []
        for one, answer in read_in_parallel(asked, attempt, at_once=READERS, ends_at=self.ends_at):
            is_late = isinstance(answer, ZoomError) and time.monotonic() >= self.ends_at
            if is_late or isinstance(answer, Unread | OutOfTime):
                found.append((one, OutOfTime()))
            elif isinstance(answer, Exception) and not isinstance(answer, ZoomError):
                raise answer
            else:
                found.append((one, answer))
        return found


def start_work(
    database: psycopg.Connection, client: ZoomClient, task: Task, *, now: datetime, ends_at: float
) -> Work:
    periods = rows.every(
        database,
        _Period,
        "select connected_at, disconnected_at from integration.connections "
        "where organization_id = %s and zoom_account_id = %s",
        [task.organization_id, task.zoom_account_id],
    )
    releases = releases_of(database, [task.organization_id])
    return Work(
        database,
        client,
        task,
        now,
        ends_at,
        known=read_waiting(database, task.zoom_account_id, received_at=now),
        periods=periods,
        releases=releases.get(task.organization_id, Releases()),
    )


class Requests:
    """Paces the requests of one account, and counts them."""

    def __init__(
        self, budgets: Mapping[Label, Budget], zoom_account_id: str, ends_at: float
    ) -> None:
        self._budgets, self._account, self._ends_at = budgets, zoom_account_id, ends_at
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, label: Label) -> None:
        if label in self._budgets:
            self._budgets[label].take(self._account, ends_at=self._ends_at)
        with self._lock:
            self._count += 1

    def counted(self) -> int:
        """The number since the last call."""
        with self._lock:
            count, self._count = self._count, 0
        return count
