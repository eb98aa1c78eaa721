"""One call, whichever generation of events reported it (5.7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.events import Event, Key
from tests.laws.reference.presence import Interval, clipped, united
from tests.laws.reference.sessions import Participant, Session
from tests.laws.reference.settings import Known

LONGEST = timedelta(days=31)
FACTS = (
    *("zoom_user_id", "extension_id", "extension_number", "email", "name", "number"),
    "number_kind",
)
MARKS = ("extension_id", "extension_number", "email")


@dataclass(frozen=True)
class Side:
    """A person on one side of a call: their own events, and others that may describe them."""

    role: str
    own: list[Event]
    others: list[Event]
    talk: Interval


def call_of(key: Key, events: list[Event]) -> Session:
    """The call's times. `is_answered` says whether they are those of a conversation."""
    account, feature, call_id = key
    answered = answered_events(events)
    used = answered or _live(events) or events
    ended_at = max(event.fields["ended_at"] for event in used)
    if answered:
        starts = _within([event.fields["answered_at"] for event in answered], ended_at)
    else:
        starts = _within([event.fields["rang_at"] for event in used], ended_at)
        starts = starts or _within([event.fields["rang_at"] for event in events], ended_at)
    return Session(
        account=account,
        feature=feature,
        uuid=call_id,
        started_at=min(starts, default=ended_at),
        ended_at=ended_at,
        end_source="event",
        last_event_at=max(event.own_time for event in events),
        is_answered=bool(answered),
    )


def _within(times: Iterable[datetime | None], ended_at: datetime) -> list[datetime]:
    return [at for at in times if at and ended_at - LONGEST <= at <= ended_at]


def answered_events(events: list[Event]) -> list[Event]:
    """The events of the conversation; none if no one talked.

    If several callees answered, these are their own events. If one answered, these are all events
    of the conversation, without the other callees' own events and their mailboxes.
    """
    talks = talks_of(events)
    if len(talks) > 1:
        return [event for talk in talks.values() for event in talk]
    return _talk([event for event in events if not talks or not _is_of_another(event, talks)])


def talks_of(events: list[Event], side: str = "callee") -> dict[str, list[Event]]:
    """Zoom user -> the events of their conversation, for those on a side who answered."""
    talks = {}
    for name in people_named(events, side):
        theirs = [event for event in events if _person(event, side) in (None, name)]
        talk = _best(_own(name, events, side)) if _talk(theirs) else []
        if talk:
            talks[name] = talk
    return talks


def people_named(events: list[Event], side: str = "callee") -> list[str]:
    """The Zoom users who have their own events of a call."""
    return sorted({_person(event, side) for event in events if _is_of(event, side)} - {None})


def _own(name: str | None, events: list[Event], side: str) -> list[Event]:
    return [event for event in events if _is_of(event, side) and _person(event, side) == name]


def _is_of_another(event: Event, talks: dict[str, list[Event]]) -> bool:
    name = _person(event, "callee")
    is_theirs = _is_of(event, "callee") or event.fields["is_voicemail"]
    return name is not None and name not in talks and is_theirs


def _talk(events: list[Event]) -> list[Event]:
    """Empty if Zoom reported no answer or if a mailbox answered."""
    records = [event for event in events if event not in _live(events)]
    has_voicemail = any(event.fields["is_voicemail"] for event in records)
    return [] if has_voicemail and not any(map(_is_answered, records)) else _best(events)


def _best(events: list[Event]) -> list[Event]:
    """Answered ones: the live ones, else records of the newest generation with an answer."""
    answered = [event for event in events if _is_answered(event)]
    records = [event for event in answered if event not in _live(answered)]
    newest = max((event.fields["generation"] for event in records), default=None)
    return _live(answered) or [e for e in records if e.fields["generation"] == newest]


def _live(events: list[Event]) -> list[Event]:
    return [event for event in events if event.fields["generation"] == "live"]


def _is_answered(event: Event) -> bool:
    return event.fields["answered_at"] is not None


def _is_of(event: Event, side: str) -> bool:
    return event.fields["side"] == side


def _person(event: Event, side: str) -> str | None:
    return _said(event, side, "zoom_user_id")


def _said(event: Event, side: str, name: str) -> str | None:
    return event.fields["parties"][side].get(name)


def parties_of(
    session: Session, events: list[Event], known: Known, accounts: list[str]
) -> list[Participant]:
    """The caller, and the callees in the order of their answers."""
    sides = [_the_one(session, events, "caller"), *_callees(session, events)]
    facts = [_facts_of(side) for side in sides]
    found = [
        _participant(session, side, of_side, known, accounts)
        for side, of_side in zip(sides, facts, strict=True)
    ]
    for participant in found:
        other = 1 if participant.role == "caller" else 0
        participant.caller_id = (
            found[other].display_name or facts[other]["number"] or facts[other]["extension_number"]
        )
    return found


def _callees(session: Session, events: list[Event]) -> list[Side]:
    talks = talks_of(events)
    if len(talks) < 2:
        return [_the_one(session, events, "callee")]
    stays = {name: _stay(talk) for name, talk in talks.items()}
    names = sorted(talks, key=lambda name: (stays[name][0], name))
    return [_side(name, events, "callee", stays[name]) for name in names]


def _stay(talk: list[Event]) -> Interval:
    answers = [event.fields["answered_at"] for event in talk]
    return min(answers), max(event.fields["ended_at"] for event in talk)


def _the_one(session: Session, events: list[Event], side: str) -> Side:
    """The person who answered or, if no one did, the one with the event that ends first. None of
    several people if an event without a Zoom user reports the answer.
    """
    whole = (session.started_at, session.ended_at)
    named, talks = people_named(events, side), talks_of(events, side)
    is_nameless = session.is_answered and any(map(_is_answered, _own(None, events, side)))
    if not named or (len(named) > 1 and not talks and is_nameless):
        return _side(None, events, side, whole)
    ends = {
        name: min(event.fields["ended_at"] for event in _own(name, events, side))
        for name in talks or named
    }
    return _side(min(ends, key=lambda name: (ends[name], name)), events, side, whole)


def _side(name: str | None, events: list[Event], side: str, talk: Interval) -> Side:
    """Events that name no one else on that side fill the gaps of their own events. If the side has
    several people, an extension or an email names a person, too.
    """
    named = people_named(events, side)
    if len(named) < 2:
        theirs = [event for event in events if not named or _person(event, side) in (None, name)]
        own = [event for event in theirs if _is_of(event, side)]
        return Side(side, own, [event for event in theirs if event not in own], talk)
    own = _own(name, events, side)
    own = own if name else [event for event in own if _is_answered(event)]
    naming = own + [event for event in events if name and _person(event, side) == name]
    marks = {(mark, _said(event, side, mark)) for event in naming for mark in MARKS}
    others = []
    for event in events:
        said = {(mark, _said(event, side, mark)) for mark in MARKS}
        said = {(mark, value) for mark, value in said if value}
        is_open = _person(event, side) is None and (not said or said & marks)
        if event not in own and (event in naming or is_open):
            others.append(event)
    return Side(side, own, others, talk)


def _facts_of(side: Side) -> dict[str, str | None]:
    """The facts about a person: from their own events first, then from others of their side."""
    sources = [(2, event) for event in side.own]
    sources += [(int(_is_of(event, side.role)), event) for event in side.others]
    facts: dict[str, str | None] = {}
    for name in FACTS:
        said = [
            (closeness, *_weight(event), _said(event, side.role, name) or "")
            for closeness, event in sources
        ]
        facts[name] = max((one for one in said if one[-1]), default=(None,))[-1]
    return facts


def _weight(event: Event) -> tuple[Any, ...]:
    """Of several values, the one from an answer wins, then the one from the newest record."""
    generation = event.fields["generation"]
    return _is_answered(event), 0 if generation == "live" else generation, event.own_time


def _participant(
    session: Session,
    side: Side,
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
    talk = clipped(side.talk, (session.started_at, session.ended_at))
    return Participant(
        zoom_user_id=zoom_user_id,
        email=address,
        display_name=name,
        role=side.role,
        presence=united([talk]) if session.is_answered else [],
        connection_count=None,
        has_outside_number=facts["number_kind"] == "outside",
    )
