"""What is hostile in worlds, counted: a law that never meets its boundary proves nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.deliveries import land, of_sessions
from tests.laws.reference.events import Event
from tests.laws.reference.groups import groups_of
from tests.laws.reference.identity import keys_of_several
from tests.laws.reference.legs import legs_of
from tests.laws.reference.phone import call_of
from tests.laws.reference.sessions import WAIT_FOR_THE_END, session_of
from tests.laws.reference.world import Settings, World

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
    "over midnight",
    "waiting room",
    "breakout leg without its join",
    "breakout leg without its leave",
    "a leg that is joined twice",
    "join = leave",
    "leave before join",
    "rejoin",
    "overlap",
    "a room and a main leg without participant_uuid",
    "a customer key of several",
    "a bind to a leg that is not there",
    "a bind before its leg arrives",
    "a chain of binds",
    "a circle of binds",
    "a bound leg that moves",
}


def traits_of(world: World) -> Counter[str]:
    events, ledger = land(world.batches)
    found: Counter[str] = Counter()
    for _, _, disposition in ledger.elements():
        found[f"delivery {disposition}"] += 1
    for batch in world.batches:
        for delivery in batch.deliveries:
            found["several records in one delivery"] += _records_in(delivery.body) > 1
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


def _of_session(world: World, events: list[Event]) -> Iterator[str]:
    yield from set(_of_binds(events))
    events = [event for event in events if not event.is_bind]
    if not events:
        return
    ends = [event for event in events if event.name.endswith(".ended")]
    if len(ends) > 1:
        yield "several ended events"
    if not ends:
        limit = max(event.received_at for event in events) + WAIT_FOR_THE_END
        for batch in world.batches:
            offset = int((batch.as_of - limit).total_seconds())
            if offset in OFFSETS:
                yield f"batch {OFFSETS[offset]} 24 hours without an end"
    legs = legs_of(events)
    if keys_of_several(groups_of(legs, [])):
        yield "a customer key of several"
    for leg in legs:
        if leg.parent_user_id and leg.told["participant_uuid"] is None:
            main = [each for each in legs if each.key == ("user_id", leg.parent_user_id)]
            if main and main[0].told["participant_uuid"] is None:
                yield "a room and a main leg without participant_uuid"
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


def _of_binds(events: list[Event]) -> Iterator[str]:
    """Of legs that binds call as the leg's own events do."""
    first_seen: dict[Any, datetime] = {}
    for event in events:
        if not event.is_bind and "leg" in event.fields:
            leg = event.fields["leg"]
            first_seen[leg] = min(event.received_at, first_seen.get(leg, event.received_at))
    bound_to: dict[Any, Any] = {}
    for event in sorted(events, key=lambda event: event.own_time):
        leg = event.fields["leg"] if event.is_bind else None
        if leg not in first_seen:
            continue
        if event.fields["bound_to"] not in first_seen:
            yield "a bind to a leg that is not there"
        if event.received_at < first_seen[leg]:
            yield "a bind before its leg arrives"
        if bound_to.get(leg, event.fields["bound_to"]) != event.fields["bound_to"]:
            yield "a bound leg that moves"
        bound_to[leg] = event.fields["bound_to"]
    for leg in bound_to:
        way = [leg]
        while bound_to.get(way[-1]) in first_seen and bound_to[way[-1]] not in way:
            way.append(bound_to[way[-1]])
        if len(way) > 2:
            yield "a chain of binds"
        if len(way) > 1 and bound_to.get(way[-1]) == leg:
            yield "a circle of binds"


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
