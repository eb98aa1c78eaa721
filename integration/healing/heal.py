"""Heals the days that are due, several accounts at once. What fails for one account, day or source
does not stop the others, and what is not done in time is continued by the next run.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg

from integration.connections.client import app_client, zoom_client
from integration.connections.reading import Unread, read_in_parallel
from integration.connections.refused_sources import OF_THE_APP, forget_refusal, record_refusal
from integration.database import rows
from integration.database.postgres import connect
from integration.healing.budget import LIMITS, Budget, OutOfTime
from integration.healing.days import (
    MEETINGS,
    PHONE,
    REFUSED_AGAIN_AFTER,
    RETRY_AFTER,
    WEBHOOK_LOGS,
    Task,
    due_tasks,
    record_end,
    record_start,
)
from integration.healing.known_sessions import compare_again
from integration.healing.meetings import heal_meetings
from integration.healing.phone import heal_phone
from integration.healing.webhook_logs import WebhookLog, heal_from_log
from integration.healing.work import Refused, Requests, Work, start_work
from integration.settings import Settings
from integration.zoom.client import Label
from integration.zoom.errors import ListCutShort, TransientZoomError, ZoomError, unforeseen

ACCOUNTS_AT_ONCE = 4
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
        if not app_id:  # nobody asks for the log any more
            forget_refusal(
                connection,
                organization_id=OF_THE_APP,
                zoom_account_id=OF_THE_APP,
                source=WEBHOOK_LOGS,
            )
        asked_for = day if is_asked_for else None
        tasks = due_tasks(connection, now=now, has_log=bool(app_id), day=asked_for)
    tasks = [task for task in tasks if day in (None, task.day)]
    budgets = {label: Budget(url, label, limit) for label, limit in LIMITS.items()}
    healer = _Healer(
        settings,
        url,
        WebhookLog(
            app_id, lambda: app_client(settings, ends_at=ends_at, pace=Requests(budgets, ends_at))
        ),
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
class _Healer:
    settings: Settings
    url: str
    log: WebhookLog
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
                if not _lock(database, tasks[0].zoom_account_id):
                    self.say(f"Account {tasks[0].zoom_account_id} is being healed by another run.")
                    return counts + Counter({"unfinished": len(tasks)})
                for number, task in enumerate(tasks):
                    if time.monotonic() >= self.ends_at:
                        return counts + Counter({"unfinished": len(tasks) - number})
                    counts += self._heal_task(database, task)
        # For example, the database is gone.
        except Exception as error:  # noqa: BLE001
            self.say(f"Account {tasks[0].zoom_account_id}: {type(error).__name__}")
            done = counts["finished"] + counts["refused"] + counts["failed"] + counts["unfinished"]
            counts["failed"] += len(tasks) - done
        return counts

    def _heal_task(self, database: psycopg.Connection, task: Task) -> Counter[str]:
        requests = Requests(self.budgets, self.ends_at)
        client = zoom_client(
            self.settings,
            self.url,
            connection_id=task.connection_id,
            zoom_account_id=task.zoom_account_id,
            ends_at=self.ends_at,
            pace=requests,
        )
        record_start(database, task, now=self.now)
        if self.is_asked_for:
            compare_again(database, task)
        work = start_work(database, client, task, now=self.now, ends_at=self.ends_at)
        result, error, retry_at = self._result(work)
        is_early = self.now < task.due_at
        work.counts["requests"] = requests.counted()
        record_end(
            database,
            task,
            work.counts,
            now=self.now,
            is_finished=result == "finished" and not is_early,
            error=error,
            retry_at=task.due_at if is_early else retry_at,
        )
        about = f"Account {task.zoom_account_id}, {task.day:%Y-%m-%d}, {task.source}: {result}"
        numbers = ", ".join(f"{work.counts[name]} {name}" for name in ("requests", "gaps"))
        self.say(f"{about}, {numbers}" + (f". {error}" if error else ""))
        return work.counts + Counter({result: 1})

    def _result(self, work: Work) -> tuple[str, str | None, datetime | None]:
        """How it ended, why, and when to try again."""
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
        except OutOfTime:
            return "unfinished", None, None
        except Refused as refused:
            record_refusal(work.database, **source, reason=refused.reason, now=self.now)
            return "refused", refused.reason, self.now + REFUSED_AGAIN_AFTER
        except ZoomError as error:
            if isinstance(error, ListCutShort) and time.monotonic() >= self.ends_at:
                return "unfinished", None, None
            retry_at = error.retry_at if isinstance(error, TransientZoomError) else None
            return "failed", str(error), retry_at or self._later(work)
        # An unexpected response, or a row that the database rejects.
        except Exception as error:  # noqa: BLE001
            return "failed", str(unforeseen(error, what="Healing")), self._later(work)
        forget_refusal(work.database, **source)
        return "finished", None, None

    def _later(self, work: Work) -> datetime:
        """Each time after twice as long, so that a day that always fails costs little."""
        runs = rows.scalar(
            work.database,
            int,
            "select runs from zoom_raw.healed_days where organization_id = %s "
            "and zoom_account_id = %s and day = %s and source = %s",
            [
                work.task.organization_id,
                work.task.zoom_account_id,
                work.task.day,
                work.task.source,
            ],
        )
        pause: timedelta = RETRY_AFTER * 2 ** min(runs - 1, 10)
        return self.now + min(pause, timedelta(days=1))


def _lock(database: psycopg.Connection, zoom_account_id: str) -> bool:
    """Whether no other run heals the account. The lock ends with the connection."""
    return rows.scalar(
        database,
        bool,
        "select pg_try_advisory_lock(hashtextextended('healing ' || %s, 0))",
        [zoom_account_id],
    )
