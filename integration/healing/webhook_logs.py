"""Heals from Zoom's own log of webhooks that it could not deliver, which has their bodies. The log
is that of the app, so it is read once for all accounts.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from integration.healing.facts import landed_ids
from integration.healing.work import Refused, Work, is_about_the_plan, is_refusal
from integration.zoom.client import ZoomClient
from integration.zoom.envelope import open_envelope
from integration.zoom.errors import ZoomError
from integration.zoom.events import UnreadableDelivery, events_of
from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.past import failed_deliveries

SCOPE = "marketplace_app:read:admin"


class WebhookLog:
    """The bodies of each day, by Zoom account. A failure is the same for all of them."""

    def __init__(self, app_id: str, client: Callable[[], ZoomClient]) -> None:
        self._app_id, self._client = app_id, client
        self._lock = threading.Lock()
        self._days: dict[date, dict[str, list[bytes]] | ZoomError] = {}

    def bodies(self, day: date, zoom_account_id: str) -> list[bytes]:
        """Those of one account, each once."""
        with self._lock:
            if day not in self._days:
                self._days[day] = self._read(day)
            found = self._days[day]
        if isinstance(found, ZoomError):
            raise found
        return found.get(zoom_account_id, [])

    def take_unreadable(self, day: date) -> int:
        """The number of bodies that are no JSON, so that nobody knows whose they are. It is counted
        for the account that asks first.
        """
        with self._lock:
            found = self._days.get(day)
            return len(found.pop("", [])) if isinstance(found, dict) else 0

    def _read(self, day: date) -> dict[str, list[bytes]] | ZoomError:
        try:
            rows = failed_deliveries(
                self._client(), self._app_id, first=day, last=day + timedelta(days=1)
            )
        except ZoomError as error:
            return error
        found: dict[str, dict[bytes, None]] = defaultdict(dict)
        for row in rows:
            body = str(row.get("request_body") or "").encode()
            envelope = open_envelope(body)
            if envelope.problem:
                found[""][body] = None
            elif envelope.event in KEPT_EVENTS and envelope.zoom_account_id:
                found[envelope.zoom_account_id][body] = None
        return {account: list(bodies) for account, bodies in found.items()}


def _refusal(error: ZoomError) -> str | None:
    """Why Zoom refuses the log. The token is the app's own, so nobody has to reconnect an account:
    the next steps of the error do not apply.
    """
    if is_refusal(error):
        return f"The app needs the permission {SCOPE}. Add it to the app in the Zoom Marketplace."
    if is_about_the_plan(error):
        return "The Zoom plan of the account that owns the app does not include this log."
    if error.status == 404:
        return "Zoom does not know the app ID. Copy it from the app's page in the Zoom Marketplace."
    return None


def heal_from_log(work: Work, log: WebhookLog) -> None:
    """Raises Refused, and Zoom's other errors."""
    try:
        bodies = log.bodies(work.task.day, work.task.zoom_account_id)
        work.counts["unreadable"] += log.take_unreadable(work.task.day)
    except ZoomError as error:
        if reason := _refusal(error):
            raise Refused(reason) from error
        raise
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
    work.add([body for body, of_body in ids.items() if of_body - known])
