"""Heals the days that are due, several accounts at once. What fails for one account, day or source
does not stop the others, and what is not done in time is continued by the next run.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import psycopg

from integration.connections.app_tokens import AppToken, token_for_app
from integration.connections.client import token_source
from integration.connections.reading import Unread, read_in_parallel
from integration.connections.refused_sources import (
    OF_THE_APP,
    forget_refusal,
    forget_unasked,
    record_refusal,
)
from integration.database import rows
from integration.database.postgres import connect
from integration.healing.budget import LIMITS, Budget, OutOfTime
from integration.healing.days import (
    REFUSED_AGAIN_AFTER,
    RETRY_AFTER,
    Task,
    due_tasks,
    record_end,
    record_start,
)
from integration.healing.known_sessions import compare_again
from integration.healing.meetings import heal_meetings
from integration.healing.phone import heal_phone
from integration.healing.storing import AccountErased, storing
from integration.healing.webhook_logs import WebhookLog, heal_from_log
from integration.healing.work import Refused, Requests, Work, start_work
from integration.quantities import quantity
from integration.settings import Settings
from integration.zoom.client import Label, TokenSource, ZoomClient
from integration.zoom.errors import NoTimeLeft, TransientZoomError, ZoomError, unforeseen
from integration.zoom.sources import MEETINGS, PHONE, WEBHOOK_LOGS

ACCOUNTS_AT_ONCE = 4
POLL_SECONDS = 1.0
Say = Callable[[str], None]
HEAL: Mapping[str, Callable[[Work], None]] = {MEETINGS: heal_meetings, PHONE: heal_phone}


def heal(
    settings: Settings,
    url: str,
    *,
    now: datetime,
    say: Say,
    day: date | None = None,
    is_asked_for: bool = False,
) -> Counter[str]:
    """Heals what is due, of one day or of all. If the day `is_asked_for`, heals it for every
    account, whether or not it is due. Returns the numbers of "days" (per account and source) that
    were "finished", "refused", "failed" and "unfinished", and of "requests", "gaps" and what was
    "unreadable".
    """
    settings.require_zoom_app()
    ends_at = time.monotonic() + 60 * settings.heal_minutes
    app_id = settings.get("ZOOM_APP_ID")
    with connect(url, role="pipeline", autocommit=True) as connection:
        forget_unasked(connection, now=now, has_log=bool(app_id))
        asked_for = day if is_asked_for else None
        tasks = due_tasks(connection, now=now, has_log=bool(app_id), day=asked_for)
    tasks = [task for task in tasks if day in (None, task.day)]
    budgets = {label: Budget(url, label, limit) for label, limit in LIMITS.items()}
    healer = _Healer(
        settings,
        url,
        WebhookLog(app_id, tasks),
        AppToken(settings),
        budgets=budgets,
        now=now,
        ends_at=ends_at,
        say=say,
        is_asked_for=is_asked_for,
    )
    counts: Counter[str] = Counter()
    try:
        for of_account, answer in read_in_parallel(
            _by_account(tasks), healer.heal, at_once=ACCOUNTS_AT_ONCE, ends_at=ends_at
        ):
            left = {"days": len(of_account), "unfinished": len(of_account)}
            counts += Counter(left) if isinstance(answer, Unread) else answer
    finally:
        for budget in budgets.values():
            budget.give_back()
    return counts


def _by_account(tasks: Sequence[Task]) -> list[list[Task]]:
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.zoom_account_id, []).append(task)
    return list(found.values())


@dataclass(frozen=True)
class _End:
    """How a task ended, why, and when to try again."""

    result: str
    error: str | None = None
    retry_at: datetime | None = None
    is_compared: bool = False


@dataclass(frozen=True)
class _Healer:
    settings: Settings
    url: str
    log: WebhookLog
    app_token: AppToken
    budgets: Mapping[Label, Budget]
    now: datetime
    ends_at: float
    say: Say
    is_asked_for: bool

    def heal(self, tasks: Sequence[Task]) -> Counter[str]:
        """Heals the days of one account. Never raises: the other accounts continue."""
        counts: Counter[str] = Counter({"days": len(tasks)})
        try:
            with closing(connect(self.url, role="pipeline", autocommit=True)) as database:
                if not self._may_heal(database, tasks[0].zoom_account_id):
                    self.say(f"Account {tasks[0].zoom_account_id} is being healed by another run.")
                    return counts + Counter({"unfinished": len(tasks)})
                off: set[str] = set()
                without_log: set[date] = set()
                for number, task in enumerate(tasks):
                    if time.monotonic() >= self.ends_at:
                        return counts + Counter({"unfinished": len(tasks) - number})
                    if task.source in off:  # and would be refused for this day, too
                        counts["refused"] += 1
                        continue
                    if task.day in without_log:  # the log has more: it is awaited until it is late
                        counts["unfinished"] += 1
                        continue
                    end, of_task = self._heal_task(database, task)
                    counts += of_task + Counter({end.result: 1})
                    if end.result == "refused" and not end.is_compared:
                        off.add(task.source)
                    if task.source == WEBHOOK_LOGS and end.result in ("failed", "unfinished"):
                        without_log.add(task.day)
        except AccountErased:
            self.say(f"Account {tasks[0].zoom_account_id} has been erased.")
            counts["days"] = _done(counts)
        # For example, the database is gone.
        except Exception as error:  # noqa: BLE001
            self.say(f"Account {tasks[0].zoom_account_id}: {type(error).__name__}")
            counts["failed"] += len(tasks) - _done(counts)
        return counts

    def _may_heal(self, database: psycopg.Connection, zoom_account_id: str) -> bool:
        """Whether this run has the lock. A day that somebody asked for waits for it."""
        while not _lock(database, zoom_account_id):
            if not self.is_asked_for or time.monotonic() >= self.ends_at:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _heal_task(self, database: psycopg.Connection, task: Task) -> tuple[_End, Counter[str]]:
        requests = Requests(self.budgets, task.zoom_account_id, self.ends_at)
        client = ZoomClient(
            self.settings.api_url, self._token(task), ends_at=self.ends_at, pace=requests
        )
        with storing(database, task):
            before = record_start(database, task, now=self.now)
            if before.was_finished:
                compare_again(database, task)
        task = replace(task, position="" if before.was_finished else before.position)
        work = start_work(database, client, task, now=self.now, ends_at=self.ends_at)
        end = self._end(work, failures=before.failures)
        is_early = self.now < task.due_at
        if is_early:
            compare_again(database, task)
        work.counts["requests"] = requests.counted()
        record_end(
            database,
            task,
            work.counts,
            now=self.now,
            is_finished=end.result == "finished" and not is_early,
            is_compared=end.is_compared and not is_early,
            has_failed=end.result == "failed",
            error=end.error,
            retry_at=task.due_at if is_early else end.retry_at,
        )
        about = f"Account {task.zoom_account_id}, {task.day:%Y-%m-%d}, {task.source}: {end.result}"
        numbers = ", ".join(
            quantity(work.counts[name], name.removesuffix("s")) for name in ("requests", "gaps")
        )
        self.say(f"{about}, {numbers}" + (f". {end.error}" if end.error else ""))
        return end, work.counts

    def _token(self, task: Task) -> TokenSource:
        own = token_source(
            self.settings,
            self.url,
            connection_id=task.connection_id,
            zoom_account_id=task.zoom_account_id,
        )
        if task.source != WEBHOOK_LOGS:
            return own
        return token_for_app(self.url, task.connection_id, own=own, app_token=self.app_token)

    def _end(self, work: Work, *, failures: int) -> _End:
        """Heals, and says how it ended."""
        is_of_app = work.task.source == WEBHOOK_LOGS
        source = {
            "organization_id": OF_THE_APP if is_of_app else work.task.organization_id,
            "zoom_account_id": OF_THE_APP if is_of_app else work.task.zoom_account_id,
            "source": work.task.source,
        }
        try:
            if is_of_app:
                heal_from_log(work, self.log)
            else:
                HEAL[work.task.source](work)
        except (OutOfTime, NoTimeLeft):
            return _End("unfinished")
        except Refused as refused:
            is_rest_done = refused.source != work.task.source
            if is_rest_done:
                forget_refusal(work.database, **source)
                source["source"] = refused.source
            record_refusal(work.database, **source, reason=refused.reason, now=self.now)
            tomorrow = self.now + REFUSED_AGAIN_AFTER
            return _End("refused", refused.reason, tomorrow, is_compared=is_rest_done)
        except ZoomError as error:
            retry_at = error.retry_at if isinstance(error, TransientZoomError) else None
            return _End("failed", str(error), retry_at or self._later(failures))
        except AccountErased:
            raise
        # An unexpected response, or a row that the database rejects.
        except Exception as error:  # noqa: BLE001
            return _End("failed", str(unforeseen(error, what="Healing")), self._later(failures))
        forget_refusal(work.database, **source)
        return _End("finished", is_compared=True)

    def _later(self, failures: int) -> datetime:
        """Twice as late after each failure in a row: a day that always fails costs little."""
        pause: timedelta = RETRY_AFTER * 2 ** min(failures, 10)
        return self.now + min(pause, timedelta(days=1))


def _done(counts: Counter[str]) -> int:
    return sum(counts[result] for result in ("finished", "refused", "failed", "unfinished"))


def _lock(database: psycopg.Connection, zoom_account_id: str) -> bool:
    """Whether no other run heals the account. The lock ends with the connection."""
    return rows.scalar(
        database,
        bool,
        "select pg_try_advisory_lock(hashtextextended('healing ' || %s, 0))",
        [zoom_account_id],
    )
