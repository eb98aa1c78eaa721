"""The disposition of every delivery, and the events in the deliveries (4, 5.2)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.call_events import call_records, live_call
from tests.laws.reference.deauthorizations import after_deauthorizations
from tests.laws.reference.events import (
    Event,
    Key,
    Unreadable,
    deauthorization,
    is_kept,
    session_event,
    user_event,
)
from tests.laws.reference.privacy import Privacy
from tests.laws.reference.values import identifier, record, text
from tests.laws.reference.world import Connection, Delivery, World

AFTER_THE_END = timedelta(hours=24)

# (zoom account, event, disposition) -> deliveries
Ledger = Counter[tuple[str | None, str | None, str]]


def land(world: World) -> tuple[dict[Key, Event], Ledger]:
    events: dict[Key, Event] = {}
    ledger: Ledger = Counter()
    ended: dict[Connection, Connection] = {}  # by deauthorizations that earlier batches landed
    for batch in world.batches:
        connections = [ended.get(one, one) for one in batch.settings.connections]
        privacy = Privacy(batch.settings)
        events = {key: privacy.kept(event) for key, event in events.items()}
        for delivery in batch.deliveries:
            message = _message(delivery.body)
            account = _account_of(message)
            found, disposition = _judge(delivery, message, account, connections, privacy)
            if disposition == "landed" and all(event.key in events for event in found):
                disposition = "duplicate"
            ledger[account, _event_name(message), disposition] += 1
            for event in found:
                events[event.key] = _merged(events.get(event.key), privacy.kept(event))
        known = batch.settings.connections
        ended = dict(zip(known, after_deauthorizations(world, known, events.values()), strict=True))
    return events, ledger


def _judge(
    delivery: Delivery,
    message: dict[str, Any],
    account: str | None,
    connections: Iterable[Connection],
    privacy: Privacy,
) -> tuple[list[Event], str]:
    name = _event_name(message)
    if name is None:
        return [], "quarantined"
    is_ours = any(one.zoom_account_id == account for one in connections)
    is_removal = name == "app_deauthorized"
    if account and is_ours and not is_removal and privacy.is_held(account, delivery.received_at):
        return [], "ignored"
    if not is_kept(name):
        return [], "ignored"
    of_account = [one for one in connections if one.zoom_account_id == account]
    if account is None or not of_account:
        return [], "unknown_account"
    newest = max(of_account, key=lambda one: (one.connected_at, one.disconnected_at is None))
    try:
        found = _events(message, account, delivery.received_at)
    except Unreadable as unreadable:
        [own_time] = unreadable.args or [None]
        return [], "unknown_account" if _is_over(newest, own_time) else "quarantined"
    found = [event for event in found if not _is_over(newest, event.own_time)]
    return found, "landed" if found else "unknown_account"


def _is_over(newest: Connection, own_time: datetime | None) -> bool:
    end = newest.disconnected_at
    return bool(end and own_time and own_time > end + AFTER_THE_END)


def _events(message: dict[str, Any], account: str, received_at: datetime) -> list[Event]:
    """Raises Unreadable when a kept event of a connected account cannot be used."""
    name = message["event"]
    if name.startswith("phone.") and not name.endswith("_ended"):
        return call_records(message, account, received_at)
    readers = {"user": user_event, "phone": live_call, "app_deauthorized": deauthorization}
    read = readers.get(name.partition(".")[0], session_event)
    return [read(message, account, received_at)]


def _merged(known: Event | None, new: Event) -> Event:
    """Of two reports of one event: the first arrival, and the fields with the greatest text."""
    if known is None:
        return new
    greatest = max(known, new, key=lambda event: _canonical(event.fields))
    return replace(greatest, received_at=min(known.received_at, new.received_at))


def _canonical(fields: dict[str, Any]) -> str:
    present = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(present, sort_keys=True, default=str, ensure_ascii=False)


def _message(body: bytes) -> dict[str, Any]:
    try:
        return record(json.loads(body))
    except ValueError:
        return {}


def _event_name(message: dict[str, Any]) -> str | None:
    name = message.get("event")
    return name or None if isinstance(name, str) else None


def _account_of(message: dict[str, Any]) -> str | None:
    payload = record(message.get("payload"))
    return identifier(text(payload.get("account_id")) or text(message.get("account_id")))


def of_sessions(events: Iterable[Event]) -> Iterator[tuple[Key, list[Event]]]:
    """The events of each session, in no particular order."""
    sessions: dict[Key, list[Event]] = {}
    for event in events:
        if event.session is not None:
            sessions.setdefault(event.session, []).append(event)
    yield from sessions.items()
