"""What is hostile in worlds, counted: a law that never meets its boundary proves nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.deliveries import land, of_sessions
from tests.laws.reference.events import Event
from tests.laws.reference.identity import legs_of
from tests.laws.reference.phone import call_of
from tests.laws.reference.sessions import LONGEST, WAIT_FOR_THE_END, session_of
from tests.laws.reference.world import Settings, World
from tests.laws.worlds.extremes import ABSURD, LIMITS

OFFSETS = {-1: "a second before", 0: "at", 1: "a second after"}
CHANGES = (
    "mapping",
    "subscription",
    "user created",
    "user deactivated",
    "connected",
    "disconnected",
)
BOUNDARIES = {
    *(f"{change} {words} an end" for change in CHANGES for words in OFFSETS.values()),
    *(f"batch {words} 24 hours without an end" for words in OFFSETS.values()),
    *(f"call of generation {generation}" for generation in ("live", 1, 2, 3)),
    *(f"delivery {what}" for what in ("landed", "duplicate", "ignored", "quarantined")),
    "delivery unknown_account",
    "several records in one delivery",
    "several callees",
    "voicemail",
    "several ended events",
    "a start more than 31 days before the end",
    "a start just 31 days before the end",
    "an absurd time",
    "an inferred session with a join more than 31 days before its end",
    "a text that is too long",
    "a topic of 1000 bytes",
    "an event a day after the end of its account's connection",
    "over midnight",
    "waiting room",
    "breakout leg without its join",
    "breakout leg without its leave",
    "a leg that is joined twice",
    "join = leave",
    "leave before join",
    "rejoin",
    "overlap",
}


def traits_of(world: World) -> Counter[str]:
    events, ledger = land(world)
    found: Counter[str] = Counter()
    for _, _, disposition in ledger.elements():
        found[f"delivery {disposition}"] += 1
    for batch in world.batches:
        for delivery in batch.deliveries:
            found["several records in one delivery"] += _records_in(delivery.body) > 1
            found["an absurd time"] += any(at.encode() in delivery.body for at in ABSURD)
            found["a text that is too long"] += _has_long_text(delivery.body)
    accounts = {one.zoom_account_id for one in world.settings.connections}
    strangers = sum(
        count
        for (account, _, disposition), count in ledger.items()
        if disposition == "unknown_account" and account in accounts
    )
    found["an event a day after the end of its account's connection"] += strangers
    ends = []
    for key, of_session in of_sessions(events.values()):
        found.update(_of_call(of_session) if key[1] == "phone" else _of_session(world, of_session))
        session = (
            call_of(key, of_session)
            if key[1] == "phone"
            else session_of(key, of_session, as_of=world.as_of)
        )
        if session:
            ends.append(session.ended_at)
            found["over midnight"] += session.started_at.date() < session.ended_at.date()
    found.update(_edges(world.settings, ends))
    return found


def _records_in(body: bytes) -> int:
    try:
        about = json.loads(body)["payload"]["object"]
    except (ValueError, KeyError, TypeError):
        return 0
    return len(about.get("call_logs", [])) + len(about.get("call_elements", []))


def _has_long_text(body: bytes) -> bool:
    """Of a participant: longer than the role of any text allows."""
    try:
        about = json.loads(body)["payload"]["object"]["participant"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(len(str(about.get(name)).encode()) > most for name, most in LIMITS.items())


def _of_session(world: World, events: list[Event]) -> Iterator[str]:
    ends = [event for event in events if event.name.endswith(".ended")]
    if len(ends) > 1:
        yield "several ended events"
    for end in ends:
        start = end.fields["start_time"]
        if start and end.own_time - start >= LONGEST:
            is_too_long = end.own_time - start > LONGEST
            yield f"a start {'more than' if is_too_long else 'just'} 31 days before the end"
    seen = [event.own_time for event in events if event.is_join or event.is_leave]
    if seen and not ends and max(seen) - min(seen) > LONGEST:
        yield "an inferred session with a join more than 31 days before its end"
    if any(len((event.fields["topic"] or "").encode()) >= 999 for event in events):
        yield "a topic of 1000 bytes"
    if not ends:
        limit = max(event.received_at for event in events) + WAIT_FOR_THE_END
        for batch in world.batches:
            offset = int((batch.as_of - limit).total_seconds())
            if offset in OFFSETS:
                yield f"batch {OFFSETS[offset]} 24 hours without an end"
    legs = legs_of(events)
    for leg in legs:
        if leg.is_waiting_room:
            yield "waiting room"
        if leg.is_incomplete_breakout:
            yield (
                "breakout leg without its join" if leg.leaves else "breakout leg without its leave"
            )
        if len({event.own_time for event in leg.joins}) > 1:
            yield "a leg that is joined twice"
        if leg.joins and leg.leaves:
            join, leave = _stay(leg)
            if join >= leave:
                yield "join = leave" if join == leave else "leave before join"
    stays = [(leg.value("zoom_user_id"), *_stay(leg)) for leg in legs if leg.joins and leg.leaves]
    for n, (one, join, leave) in enumerate(stays):
        for other, other_join, other_leave in stays[n + 1 :]:
            if one and one == other:
                yield "overlap" if join < other_leave and other_join < leave else "rejoin"


def _stay(leg: Any) -> tuple[datetime, datetime]:
    joins, leaves = ([event.own_time for event in some] for some in (leg.joins, leg.leaves))
    return min(joins), max(leaves)


def _of_call(events: list[Event]) -> Iterator[str]:
    own = [event for event in events if event.fields["side"] == "callee"]
    if len({event.fields["parties"]["callee"].get("zoom_user_id") for event in own} - {None}) > 1:
        yield "several callees"
    if any(event.fields["is_voicemail"] for event in events):
        yield "voicemail"
    yield from {f"call of generation {event.fields['generation']}" for event in events}


def _edges(settings: Settings, ends: list[datetime]) -> Iterator[str]:
    times = (
        [change.effective_from for change in settings.mapping_changes],
        [change.effective_from for change in settings.subscription_changes],
        [user.created_at for user in settings.users],
        [user.deactivated_at for user in settings.users],
        [connection.connected_at for connection in settings.connections],
        [connection.disconnected_at for connection in settings.connections],
    )
    pairs = zip(CHANGES, times, strict=True)
    for name, at in ((name, at) for name, some in pairs for at in some if at):
        for offset, words in OFFSETS.items():
            if at + timedelta(seconds=-offset) in ends:
                yield f"{name} {words} an end"
