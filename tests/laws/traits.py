"""Counts what is hostile in worlds: a law that never meets its boundary proves nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.laws.call_traits import of_call, of_calls
from tests.laws.reference.deliveries import land, of_sessions
from tests.laws.reference.emails import address, address_or_domain
from tests.laws.reference.events import Event
from tests.laws.reference.groups import groups_of
from tests.laws.reference.identity import keys_of_several
from tests.laws.reference.legs import legs_of
from tests.laws.reference.phone import call_of
from tests.laws.reference.sessions import LONGEST, WAIT_FOR_THE_END, session_of
from tests.laws.reference.settings import Known
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
    "several callees who answered",
    "none of several callees answered",
    "voicemail",
    "voicemail of one callee where another answered",
    "nothing but records of listeners",
    "a recorded call",
    "an impossible answer",
    "more than 500 records",
    "an unreadable record next to a readable one",
    "several ended events",
    "a start more than 31 days before the end",
    "a start just 31 days before the end",
    "an absurd time",
    "a manual mapping that ended",
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
    "an email in another spelling",
    "an email that is no address",
    "an exclusion in another spelling",
    "an exclusion that matches nothing",
    "two users with one email",
    "a Zoom user who is inactive",
    "a Zoom user who is no longer listed",
    "the active one of two Zoom users with one email",
    "a room and a main leg without participant_uuid",
    "a customer key of several people",
    "a bind to a leg that does not exist",
    "a bind before its leg arrives",
    "a chain of binds",
    "a circle of binds",
    "a bound leg that moves",
}


def traits_of(world: World) -> Counter[str]:
    events, ledger = land(world)
    found: Counter[str] = Counter()
    found["nothing but records of listeners"] = _only_listened_to(events.values())
    for _, _, disposition in ledger.elements():
        found[f"delivery {disposition}"] += 1
    for batch in world.batches:
        for delivery in batch.deliveries:
            found.update(of_calls(delivery))
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
        found.update(of_call(of_session) if key[1] == "phone" else _of_session(world, of_session))
        session = (
            call_of(key, of_session)
            if key[1] == "phone"
            else session_of(key, of_session, as_of=world.as_of)
        )
        if session:
            ends.append(session.ended_at)
            found["over midnight"] += session.started_at.date() < session.ended_at.date()
    found.update(_edges(world.settings, ends))
    found.update(_of_spellings(world.settings))
    found["a manual mapping that ended"] += len(_ended_mappings(world.settings))
    found.update(_of_zoom_users(world, Known(world, events.values()), ends))
    return found


def _only_listened_to(events: Iterable[Event]) -> int:
    """How many calls have only records of listeners."""
    events = [event for event in events if event.name.startswith("phone.")]
    talked = {event.fields["call_id"] for event in events if event.session}
    return len({event.fields["call_id"] for event in events} - talked)


def _ended_mappings(settings: Settings) -> set[str]:
    changes = settings.mapping_changes
    manual = {change.zoom_user_id for change in changes if not change.is_by_email}
    return manual & {change.zoom_user_id for change in changes if change.is_by_email}


def _of_spellings(settings: Settings) -> Iterator[str]:
    for exclusion in settings.exclusions:
        meant = address_or_domain(exclusion.email_or_domain)
        if meant is None:
            yield "an exclusion that matches nothing"
        elif meant != exclusion.email_or_domain.lower():
            yield "an exclusion in another spelling"
    emails = [user.email for user in settings.users]
    emails += [row["email"] for row in _zoom_users(settings) if row.get("email")]
    for email in emails:
        if address(email) is None:
            yield "an email that is no address"
        elif address(email) != email.lower():
            yield "an email in another spelling"
    users = Counter((user.organization_id, address(user.email)) for user in settings.users)
    if any(count > 1 for (_, email), count in users.items() if email):
        yield "two users with one email"


def _of_zoom_users(world: World, known: Known, ends: list[datetime]) -> Iterator[str]:
    for before, after in pairwise(world.batches):
        now = {row.get("id") for row in _zoom_users(after.settings)}
        for row in _zoom_users(before.settings):
            if row.get("status") == "inactive":
                yield "a Zoom user who is inactive"
            if row.get("id") not in now:
                yield "a Zoom user who is no longer listed"
    for account, rows in world.settings.zoom_users.items():
        for row in rows:
            email, zoom_user_id = address(row.get("email")), row.get("id")
            for at in ends if email and zoom_user_id else ():
                meant = known.zoom_user_with_email([account], email, at)
                has_it = known.zoom_email([account], zoom_user_id, at) == email
                if has_it and meant and meant > zoom_user_id:
                    yield "the active one of two Zoom users with one email"


def _zoom_users(settings: Settings) -> list[dict[str, Any]]:
    return [row for rows in settings.zoom_users.values() for row in rows]


def _has_long_text(body: bytes) -> bool:
    """Whether a participant has a text that is longer than its field allows."""
    try:
        about = json.loads(body)["payload"]["object"]["participant"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(len(str(about.get(name)).encode()) > most for name, most in LIMITS.items())


def _of_session(world: World, events: list[Event]) -> Iterator[str]:
    yield from set(_of_binds(events))
    events = [event for event in events if not event.is_bind]
    if not events:
        return
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
    if keys_of_several(groups_of(legs, [])):
        yield "a customer key of several people"
    for leg in legs:
        if leg.parent_user_id and leg.values["participant_uuid"] is None:
            main = [each for each in legs if each.key == ("user_id", leg.parent_user_id)]
            if main and main[0].values["participant_uuid"] is None:
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
    """For legs that binds identify in the same way as the leg's own events."""
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
            yield "a bind to a leg that does not exist"
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
