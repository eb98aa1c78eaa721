"""One call, whatever generation of events told of it (5.7)."""

from datetime import datetime
from typing import Any

from tests.laws.reference.events import Event, Key
from tests.laws.reference.sessions import Participant, Session
from tests.laws.reference.settings import Known

SIDES = ("caller", "callee")


def call_of(key: Key, events: list[Event]) -> Session:
    """The call's times; `is_answered` says whether they are those of a talk."""
    account, feature, call_id = key
    answered = answered_events(events)
    if answered:
        started_at = min(event.fields["answered_at"] for event in answered)
        ended_at = max(event.fields["ended_at"] for event in answered)
    else:
        told = _live(events) or events
        ended_at = max(event.fields["ended_at"] for event in told)
        rang = [event.fields["rang_at"] for event in told if event.fields["rang_at"]]
        rang = rang or [event.fields["rang_at"] for event in events if event.fields["rang_at"]]
        started_at = min(rang, default=ended_at)
    return Session(
        account=account,
        feature=feature,
        uuid=call_id,
        started_at=min(started_at, ended_at),
        ended_at=ended_at,
        end_source="event",
        last_event_at=max(event.own_time for event in events),
        is_answered=bool(answered),
    )


def answered_events(events: list[Event]) -> list[Event]:
    """Those that tell of the talk: live ones, else records of the newest generation with an answer.

    Nothing when nobody talked: no answer told, or a mailbox that picked up.
    """
    live = [event for event in _live(events) if event.fields["answered_at"]]
    records = [event for event in events if event not in _live(events)]
    answered = [event for event in records if event.fields["answered_at"]]
    if not answered and any(event.fields["is_voicemail"] for event in records):
        return []
    newest = max((event.fields["generation"] for event in answered), default=None)
    return live or [event for event in answered if event.fields["generation"] == newest]


def _live(events: list[Event]) -> list[Event]:
    return [event for event in events if event.fields["generation"] == "live"]


def parties_of(
    session: Session, events: list[Event], known: Known, accounts: list[str]
) -> list[Participant]:
    told = {side: _told(side, events) for side in SIDES}
    found = [_participant(session, side, told[side], known, accounts) for side in SIDES]
    for participant, other, side in zip(found, reversed(found), reversed(SIDES), strict=True):
        facts = told[side]
        names = ("number", "extension_number")
        participant.caller_id = other.display_name or next(
            (facts[name] for name in names if facts[name]), None
        )
    return found


def _told(side: str, events: list[Event]) -> dict[str, str | None]:
    """What is told of a side: its own events know best, the other's fill the gaps."""
    tellers = _tellers(side, events)
    facts: dict[str, str | None] = {}
    for name in ("zoom_user_id", "extension_id", "extension_number", "email", "name", "number"):
        said = [(*_weight(side, event), _said(event, side, name) or "") for event in tellers]
        facts[name] = max((told for told in said if told[-1]), default=(None,))[-1]
    return facts


def _said(event: Event, side: str, name: str) -> str | None:
    return event.fields["parties"][side].get(name)


def _weight(side: str, event: Event) -> tuple[Any, ...]:
    """Of several values the one of the side's own events, of an answer, of the newest record."""
    generation = event.fields["generation"]
    return (
        event.fields["side"] == side,
        event.fields["answered_at"] is not None,
        0 if generation == "live" else generation,
        event.own_time,
    )


def _tellers(side: str, events: list[Event]) -> list[Event]:
    """Several callees may ring. Only one of them is told of: of what was answered, else the last;
    what the others' events say is of somebody else.
    """
    own = [event for event in events if event.fields["side"] == side]
    rang = {_said(event, side, "zoom_user_id") for event in own} - {None}
    if len(rang) < 2:
        return events
    others = [event for event in events if event.fields["side"] != side]
    answered = [event for event in own if event.fields["answered_at"]] or own
    named = [
        (*_weight(side, event), _said(event, side, "zoom_user_id"))
        for event in answered
        if _said(event, side, "zoom_user_id")
    ]
    one = max(named)[-1] if named else None
    return [event for event in answered if _said(event, side, "zoom_user_id") == one] + others


def _participant(
    session: Session,
    side: str,
    facts: dict[str, str | None],
    known: Known,
    accounts: list[str],
) -> Participant:
    zoom_user_id = facts["zoom_user_id"] or known.phone_user(
        session.account, facts["extension_id"], facts["extension_number"]
    )
    at: datetime = session.ended_at
    address: Any = facts["email"]
    if not zoom_user_id and address:
        zoom_user_id = known.zoom_user_with_email(accounts, address, at)
    name = facts["name"]
    if zoom_user_id:
        address = address or known.zoom_email(accounts, zoom_user_id, at)
        name = name or known.zoom_name(accounts, zoom_user_id, at)
    talk = (session.started_at, session.ended_at)
    return Participant(
        zoom_user_id=zoom_user_id,
        email=address,
        display_name=name,
        role=side,
        presence=[talk] if session.is_answered and talk[0] < talk[1] else [],
        connection_count=None,
    )
