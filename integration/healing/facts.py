"""What is known of sessions, as facts such as "this connection joined". A body that reports a known
fact fills no gap, whether a webhook or an earlier run reported it, and whatever the exact time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from integration.zoom.envelope import open_envelope
from integration.zoom.events import Event, UnreadableDelivery, events_of
from integration.zoom.parties import OWNER_OF_LOG
from integration.zoom.sources import API

OWNER = OWNER_OF_LOG["zoom_user_id"]
ANYBODY = ""
Fact = tuple[str, str]  # what, of which connection or in whose log


@dataclass
class Known:
    """The facts of sessions, and what waits in the queue: the ids of events, and the digests of
    bodies.
    """

    facts: dict[str, set[Fact]] = field(default_factory=lambda: defaultdict(set))
    waiting: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)

    def add(self, session_id: str, fact: Fact | None) -> None:
        if fact is not None:
            self.facts[session_id].add(fact)

    def has(self, session_id: str, what: str) -> bool:
        """Whether a fact about the session itself is known."""
        return (what, ANYBODY) in self.facts.get(session_id, ())

    def forget(self, session_ids: Iterable[str]) -> None:
        """For sessions that have been compared: a day may have very many."""
        for session_id in session_ids:
            self.facts.pop(session_id, None)

    def covers(self, event: Event) -> bool:
        fact = fact_of(event.event, event.fields)
        if event.session_id is None or fact is None:
            return False
        known = self.facts[event.session_id]
        if fact[0] not in ("caller", "callee"):
            return fact in known
        return any(
            what == fact[0] and (owner == fact[1] or ANYBODY in (owner, fact[1]))
            for what, owner in known
        )


def fact_of(event: str, fields: Mapping[str, str | None]) -> Fact | None:
    """The fact that an event reports; None for events that healing does not create."""
    family, _, name = event.partition(".")
    if family == "phone":
        side = name.partition("_")[0]
        return (side, fields.get(OWNER) or ANYBODY) if name.endswith("_completed") else None
    if name in ("started", "ended"):
        return name, ANYBODY
    for what in ("joined", "left"):
        if name.startswith(f"participant_{what}"):
            return what, fields.get("user_id") or ANYBODY
    return None


def gaps_in(
    bodies: Iterable[bytes], known: Known, *, received_at: datetime
) -> tuple[dict[str, list[bytes]], int]:
    """The bodies that report something new, by session, and how many are unreadable."""
    found: dict[str, list[bytes]] = defaultdict(list)
    unreadable = 0
    for body in bodies:
        try:
            [event] = events_of(open_envelope(body), received_at=received_at)
        except UnreadableDelivery:
            unreadable += 1
            continue
        if event.session_id and event.event_id not in known.waiting and not known.covers(event):
            found[event.session_id].append(body)
    return found, unreadable


def read_waiting(
    connection: psycopg.Connection, zoom_account_id: str, *, received_at: datetime
) -> Known:
    """What earlier runs have added to the queue for an account, and no batch has landed yet."""
    known = Known()
    found = connection.execute(
        """
        select body, body_sha256 from ingress.deliveries
        where disposition = 'waiting' and source = %s and zoom_account_id = %s
        """,
        [API, zoom_account_id],
    )
    for body, digest in found:
        known.digests.add(digest)
        try:
            events = events_of(open_envelope(body), received_at=received_at)
        except UnreadableDelivery:
            continue
        for event in events:
            known.waiting.add(event.event_id)
            if event.session_id:
                known.add(event.session_id, fact_of(event.event, event.fields))
    return known


def add_landed(
    connection: psycopg.Connection,
    known: Known,
    organization_id: str,
    session_ids: Iterable[str],
) -> None:
    """Adds what was landed of these sessions."""
    found = connection.execute(
        """
        select session_id, event, fields ->> 'user_id', fields ->> %s
        from zoom_raw.events
        where organization_id = %s and session_id = any(%s)
        """,
        [OWNER, organization_id, list(session_ids)],
    )
    for session_id, event, user_id, owner in found:
        known.add(session_id, fact_of(event, {"user_id": user_id, OWNER: owner}))


def landed_ids(
    connection: psycopg.Connection, organization_id: str, event_ids: Iterable[str]
) -> set[str]:
    """Those of the events that were landed."""
    found = connection.execute(
        "select event_id from zoom_raw.events where organization_id = %s and event_id = any(%s)",
        [organization_id, list(event_ids)],
    )
    return {event_id for (event_id,) in found}
