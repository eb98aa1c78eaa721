"""Recognizes erased people among the parties of a session, and redacts the session's events.

A person who is recognized by an address or a Zoom user id is also recognized in all events that the
session's legs link to it (contract, 5.4): the same leg, uuid, registrant or customer key. An event
that names someone else is not changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from integration.privacy.digests import PSEUDONYM, Digests
from integration.privacy.nameless import without_name, without_party
from integration.privacy.texts import digits_of, keys_in, name_of, number_in_name
from integration.zoom.parties import HOST, SIDES, TOPIC, Party, parties_of

LINKS = ("participant_uuid", "registrant_id", "customer_key")
Affiliation = Literal["internal", "external", "unknown"]


@dataclass(frozen=True)
class SessionEvent:
    """The parts of one session's event that can name a person."""

    event_id: str
    event: str
    fields: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Tombstone:
    """The stored digest of a `value`; the value is known only while it is being erased."""

    kind: str
    digest: str
    person: str
    value: str = field(repr=False, compare=False)
    exclusion_id: int = 0  # of a person who is never stored; 0 after an erasure


@dataclass(frozen=True)
class RedactionContext:
    """The data needed to check a session: tombstones (digest -> person), the Zoom user ids that
    belong to other people, by their address in Zoom's list, the people who are never stored
    (person -> exclusion), those of them who were erased, too, and the affiliations of the people
    who were not external (affiliations.py).
    """

    tombstones: Mapping[str, str]
    ids_of_others: frozenset[str] = frozenset()
    exclusions: Mapping[str, int] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    affiliations: Mapping[str, Affiliation] = field(default_factory=dict)


@dataclass(frozen=True)
class RedactedSession:
    """`changed` maps event_id to the fields of redacted events. `found` has further data of the
    erased people.
    """

    changed: dict[str, dict[str, str]]
    found: set[Tombstone]


def candidate_digests(digests: Digests, session_id: str | None, event: SessionEvent) -> set[str]:
    """The digests by which an erased person would be recognized in this event."""
    candidates = set()
    for party in parties_of(event.event, event.fields):
        candidates |= _own(digests, party) | _links(digests, session_id, party)
        candidates |= _of(digests, "name", name_of(party.get("name")))
    candidates |= _of(digests, "zoom_user_id", event.fields.get(HOST["zoom_user_id"]))
    if session_id and TOPIC in event.fields:
        candidates.add(_untitled(digests, session_id))
    return candidates | _of(digests, "topic", event.fields.get(TOPIC))


def zoom_user_ids_of(events: Iterable[SessionEvent]) -> set[str]:
    """The Zoom user ids of all parties."""
    return {
        zoom_user_id
        for each in events
        for party in parties_of(each.event, each.fields)
        if (zoom_user_id := party.get("zoom_user_id"))
    }


def redact_session(
    digests: Digests, session_id: str, events: Iterable[SessionEvent], known: RedactionContext
) -> RedactedSession:
    """Redacts the people with known tombstones in the session's events."""
    events = list(events)
    parties = [(each, party) for each in events for party in parties_of(each.event, each.fields)]
    erased, found = _erased(digests, session_id, [party for _, party in parties], known)
    found |= _untitled_by(digests, session_id, erased.values(), known)
    tombstones = {**known.tombstones, **{each.digest: each.person for each in found}}
    is_untitled = _untitled(digests, session_id) in tombstones
    changed = {}
    for each in events:
        fields = each.fields
        for party in parties_of(each.event, each.fields):
            person = erased.get(_identity(party))
            if person:
                fields = without_party(
                    fields,
                    party,
                    pseudonym=_pseudonym(digests, session_id, person, party, known),
                    leg_pseudonym=PSEUDONYM
                    + digests.pseudonym(person, session_id=session_id, leg=party.leg),
                    affiliation=_affiliation(person, party, known),
                )
            elif _is_unidentified(party) and _of(digests, "name", name_of(party.get("name"))) & (
                tombstones.keys()
            ):
                fields = without_name(fields, party)
        fields = _without_host_and_topic(digests, fields, tombstones)
        if is_untitled:
            fields = {name: value for name, value in fields.items() if name != TOPIC}
        if fields != each.fields:
            changed[each.event_id] = fields
    return RedactedSession(changed, found)


def _erased(
    digests: Digests, session_id: str, parties: list[Party], known: RedactionContext
) -> tuple[dict[object, str], set[Tombstone]]:
    """Party -> person, and data of these people in the parties that has no tombstone yet."""
    waiting = {_identity(party): party for party in parties}
    links = dict(known.tombstones)
    erased: dict[object, str] = {}
    found: set[Tombstone] = set()
    while True:
        newly = {
            identity: person
            for identity, party in waiting.items()
            if (person := _person(digests, session_id, party, known, links))
        }
        if not newly:
            return erased, {each for each in found if each.digest not in known.tombstones}
        for identity, person in newly.items():
            party = waiting.pop(identity)
            own = _tombstones(digests, session_id, party, person, known)
            links |= {each.digest: each.person for each in own if each.digest not in links}
            found |= own
        erased |= newly


def _person(
    digests: Digests,
    session_id: str,
    party: Party,
    known: RedactionContext,
    links: Mapping[str, str],
) -> str | None:
    """The erased person behind a party, if any."""
    own = _first(_own(digests, party), links)
    if own or _is_someone_else(party, known):
        return own
    return _first(_links(digests, session_id, party), links)


def _first(candidates: set[str], known: Mapping[str, str]) -> str | None:
    return min((known[digest] for digest in candidates if digest in known), default=None)


def _own(digests: Digests, party: Party) -> set[str]:
    """The digests that identify a person in any session."""
    own = set()
    for key in _keys_in(party.get("email")) | _keys_in(party.get("name")):
        own |= _of(digests, "person_key", key)
    own |= _of(digests, "zoom_user_id", party.get("zoom_user_id"))
    if _is_unidentified(party):
        own |= _of(digests, "phone_number", digits_of(party.get("phone_number")))
        own |= _of(digests, "phone_number", number_in_name(party.get("name")))
        own |= {digest for digest in [party.get("phone_digest")] if digest}
    return own


def _links(digests: Digests, session_id: str | None, party: Party) -> set[str]:
    """The digests that identify a person in this session only."""
    legs = [("leg", party.leg), ("leg", party.parent)]
    values = [*legs, *((kind, party.get(kind)) for kind in LINKS)]
    return {digests.of(kind, value, session_id=session_id) for kind, value in values if value}


def _tombstones(
    digests: Digests, session_id: str, party: Party, person: str, known: RedactionContext
) -> set[Tombstone]:
    """Tombstones of the data in an erased person's party."""
    facts = [("leg", party.leg), ("name", name_of(party.get("name")))]
    facts += [(kind, party.get(kind)) for kind in LINKS]
    if party.get("zoom_user_id") not in known.ids_of_others:
        facts.append(("zoom_user_id", party.get("zoom_user_id")))
    exclusion_id = 0 if person in known.erased else known.exclusions.get(person, 0)
    return {
        Tombstone(kind, digests.of(kind, value, session_id=session_id), person, value, exclusion_id)
        for kind, value in facts
        if value and not value.startswith(PSEUDONYM)
    }


def _untitled_by(
    digests: Digests, session_id: str, people: Iterable[str], known: RedactionContext
) -> set[Tombstone]:
    """A session with someone who is never stored has no topic, whatever arrives later."""
    digest = _untitled(digests, session_id)
    if digest in known.tombstones:
        return set()
    return {
        Tombstone("untitled_session", digest, person, "", known.exclusions[person])
        for person in set(people) & known.exclusions.keys()
    }


def _untitled(digests: Digests, session_id: str) -> str:
    return digests.of("untitled_session", "", session_id=session_id)


def _is_unidentified(party: Party) -> bool:
    return not (party.get("email") or party.get("zoom_user_id"))


def _is_someone_else(party: Party, known: RedactionContext) -> bool:
    """Whether the party has an address of its own, or a Zoom user with one in Zoom's list. A call
    queue rings several people on one side of a call, so there each Zoom user is a different person.
    """
    if party.get("email"):
        return True  # an erased address would have been recognized
    zoom_user_id = party.get("zoom_user_id")
    return zoom_user_id in known.ids_of_others or (zoom_user_id is not None and party.leg in SIDES)


def _without_host_and_topic(
    digests: Digests, fields: dict[str, str], tombstones: Mapping[str, str]
) -> dict[str, str]:
    removed = {
        name
        for name, kind in ((HOST["zoom_user_id"], "zoom_user_id"), (TOPIC, "topic"))
        if _of(digests, kind, fields.get(name)) & tombstones.keys()
    }
    return {name: value for name, value in fields.items() if name not in removed}


def _of(digests: Digests, kind: str, value: str | None) -> set[str]:
    return {digests.of(kind, value)} if value else set()


def _pseudonym(
    digests: Digests, session_id: str, person: str, party: Party, known: RedactionContext
) -> str:
    """A pseudonym that is equal for the same person in the same session only. In meetings it
    contains their affiliation, if known.
    """
    affiliation = None if party.leg in SIDES else _affiliation(person, party, known)
    shown = f"{affiliation}-" if affiliation else ""
    return f"{PSEUDONYM}{shown}{digests.pseudonym(person, session_id=session_id)}"


def _affiliation(person: str, party: Party, known: RedactionContext) -> str | None:
    """None if nothing showed the person's affiliation. In calls the number does, in meetings it
    does not (contract, section 3).
    """
    affiliation = known.affiliations.get(person, "external")
    if affiliation == "unknown" and party.leg in SIDES and _has_outside_number(party):
        return "external"
    return None if affiliation == "unknown" else affiliation


def _has_outside_number(party: Party) -> bool:
    number = party.get("phone_number") or ""
    is_long = party.get("phone_digest") or digits_of(number)
    return bool(is_long) or number.lstrip().startswith("+")


def _identity(party: Party) -> object:
    return (party.leg, party.parent, tuple(sorted(party.known.items())))


@lru_cache(maxsize=20_000)
def _keys_in(text: str | None) -> frozenset[str]:
    return frozenset(keys_in(text))
