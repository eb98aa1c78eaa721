"""Heals from Zoom's own log of webhooks that it could not deliver, which has their bodies. The log
is that of the app, so it is read once for all accounts, and each page is stored before the next.
"""

import hashlib
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from integration.healing.budget import OutOfTime
from integration.healing.days import Task
from integration.healing.facts import landed_ids
from integration.healing.storing import AccountErased
from integration.healing.work import Refused, Work, is_refusal, start_work
from integration.zoom.envelope import open_envelope
from integration.zoom.errors import PLAN_OR_PERMISSION, PermanentZoomError, ZoomError
from integration.zoom.events import UnreadableDelivery, events_of
from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.paging import Page
from integration.zoom.past import failed_deliveries
from integration.zoom.sources import WEBHOOK_LOGS

SCOPE = "marketplace_app:read:admin"


@dataclass
class _Day:
    """`tasks`, and what was counted for them, by Zoom account. `error`: why it was not read to its
    end, for all accounts.
    """

    tasks: dict[str, Task] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    is_read: bool = False
    error: ZoomError | OutOfTime | None = None


class WebhookLog:
    """The days of the log that tasks of a run need."""

    def __init__(self, app_id: str, tasks: Iterable[Task]) -> None:
        self._app_id = app_id
        self._lock = threading.Lock()
        self._days: dict[date, _Day] = defaultdict(_Day)
        for task in tasks:
            if task.source == WEBHOOK_LOGS:
                self._days[task.day].tasks[task.zoom_account_id] = task

    def heal(self, work: Work) -> None:
        """The first account that asks for a day reads it for all, while the others wait. What was
        found is added to the counts of each. Raises what stopped the reading.
        """
        day = self._days[work.task.day]
        with self._lock:
            if not day.is_read:
                try:
                    self._read(day, work)
                except (ZoomError, OutOfTime) as error:
                    day.error = error
                day.is_read = True
        work.counts += day.counts.pop(work.task.zoom_account_id, Counter())
        if day.error is not None:
            raise day.error

    def _read(self, day: _Day, asking: Work) -> None:
        seen: set[bytes] = set()  # digests: an attempt and its retries have the same body
        works = {asking.task.zoom_account_id: asking}
        first = asking.task.day
        pages = failed_deliveries(
            asking.client, self._app_id, first=first, last=first + timedelta(days=1)
        )
        for page in pages:
            for account, bodies in _by_account(page, seen, asking).items():
                if (task := day.tasks.get(account)) is None:
                    continue
                if account not in works:
                    works[account] = _same_for(task, asking)
                    day.counts[account] = works[account].counts
                try:
                    _store(works[account], bodies)
                except AccountErased:
                    del day.tasks[account]  # its own task notices it, too


def _same_for(task: Task, asking: Work) -> Work:
    return start_work(asking.database, asking.client, task, now=asking.now, ends_at=asking.ends_at)


def _by_account(page: Page, seen: set[bytes], asking: Work) -> dict[str, list[bytes]]:
    """The bodies that were not seen before. Nobody knows whose those are that are no JSON, so they
    are counted for the account that asks.
    """
    found: dict[str, list[bytes]] = defaultdict(list)
    for row in page:
        body = str(row.get("request_body") or "").encode(errors="surrogatepass")
        digest = hashlib.sha256(body).digest()
        if digest in seen:
            continue
        seen.add(digest)
        envelope = open_envelope(body)
        if envelope.problem:
            asking.counts["unreadable"] += 1
        elif envelope.event in KEPT_EVENTS and envelope.zoom_account_id:
            found[envelope.zoom_account_id].append(body)
    return found


def _store(work: Work, bodies: Sequence[bytes]) -> None:
    """Adds those that were neither landed nor wait in the queue."""
    ids: dict[bytes, set[str]] = {}
    for body in bodies:
        try:
            events = events_of(open_envelope(body), received_at=work.now)
        except UnreadableDelivery:
            work.counts["unreadable"] += 1
            continue
        ids[body] = {event.event_id for event in events}
    known = work.known.waiting | landed_ids(
        work.database, work.task.organization_id, set[str]().union(*ids.values())
    )
    with work.storing():
        work.add([body for body, of_body in ids.items() if of_body - known])


def heal_from_log(work: Work, log: WebhookLog) -> None:
    """Raises Refused, and Zoom's other errors."""
    try:
        log.heal(work)
    except PermanentZoomError as error:  # of the app: no account has a problem that says so
        raise Refused(_reason(error), source=WEBHOOK_LOGS) from error


def _reason(error: PermanentZoomError) -> str:
    """The token is that of the app, so nobody has to reconnect an account: some next steps of the
    error do not apply.
    """
    if error.status == 404:
        return "Zoom does not know the app ID. Copy it from the app's page in the Zoom Marketplace."
    if error.code == PLAN_OR_PERMISSION:
        return "The Zoom plan of the account that owns the app does not include this log."
    if is_refusal(error):
        return f"The app needs the permission {SCOPE}. Add it to the app in the Zoom Marketplace."
    return str(error)
