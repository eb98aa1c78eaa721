"""Which parties of a session are an erased person, and its events without them.

A person who is recognized by an address or a Zoom user id is also recognized in every event that
the session's legs link to it (contract, 5.4): the same leg, uuid, registrant or customer key. An
event that names someone else is not changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from integration.privacy.digests import Digests
from integration.privacy.nameless import without_name, without_party
from integration.privacy.texts import digits_of, keys_in, name_of
from integration.zoom.parties import HOST, SIDES, TOPIC, Party, parties_of

LINKS = ("participant_uuid", "registrant_id", "customer_key")
PSEUDONYM = "erased-"


@dataclass(frozen=True)
class Told:
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


@dataclass(frozen=True)
class Known:
    """What is known while a session is checked: tombstones (digest -> person), and the Zoom user
    ids that belong to someone else, by their address in Zoom's list.
    """

    tombstones: Mapping[str, str]
    someone_elses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Redacted:
    """`changed`: event_id -> fields, of redacted events. `found`: further data of the person."""

    changed: dict[str, dict[str, str]]
    found: set[Tombstone]


def may_name(digests: Digests, session_id: str | None, told: Told) -> set[str]:
    """The digests by which an erased person would be recognized in this event."""
    candidates = set()
    for party in parties_of(told.event, told.fields):
        candidates |= _own(digests, party) | _links(digests, session_id, party)
        candidates |= _of(digests, "name", name_of(party.get("name")))
    candidates |= _of(digests, "zoom_user_id", told.fields.get(HOST["zoom_user_id"]))
    return candidates | _of(digests, "topic", told.fields.get(TOPIC))


def zoom_users_named(told: Iterable[Told]) -> set[str]:
    """The Zoom user ids of all parties."""
    return {
        zoom_user_id
        for each in told
        for party in parties_of(each.event, each.fields)
        if (zoom_user_id := party.get("zoom_user_id"))
    }


def redact(digests: Digests, session_id: str, events: Iterable[Told], known: Known) -> Redacted:
    """The session's events without the people whose tombstones are known."""
    events = list(events)
    parties = [(each, party) for each in events for party in parties_of(each.event, each.fields)]
    erased, found = _erased(digests, session_id, [party for _, party in parties], known)
    tombstones = {**known.tombstones, **{each.digest: each.person for each in found}}
    changed = {}
    for each in events:
        fields = each.fields
        for party in parties_of(each.event, each.fields):
            person = erased.get(_identity(party))
            if person:
                fields = without_party(
                    fields,
                    party,
                    pseudonym=_pseudonym(digests, session_id, person),
                    leg_pseudonym=_pseudonym(digests, session_id, f"{person} {party.leg}"),
                )
            elif _is_nobody(party) and _of(digests, "name", name_of(party.get("name"))) & (
                tombstones.keys()
            ):
                fields = without_name(fields, party)
        fields = _without_host_and_topic(digests, fields, tombstones)
        if fields != each.fields:
            changed[each.event_id] = fields
    return Redacted(changed, found)


def _erased(
    digests: Digests, session_id: str, parties: list[Party], known: Known
) -> tuple[dict[object, str], set[Tombstone]]:
    """Party -> person, and data of these people in the parties that is not a tombstone yet."""
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
            told = _tombstones(digests, session_id, party, person, known)
            links |= {each.digest: each.person for each in told if each.digest not in links}
            found |= told
        erased |= newly


def _person(
    digests: Digests, session_id: str, party: Party, known: Known, links: Mapping[str, str]
) -> str | None:
    """The erased person that the party is, if any."""
    own = _first(_own(digests, party), links)
    if own or _is_someone_else(party, known):
        return own
    return _first(_links(digests, session_id, party), links)


def _first(candidates: set[str], known: Mapping[str, str]) -> str | None:
    return min((known[digest] for digest in candidates if digest in known), default=None)


def _own(digests: Digests, party: Party) -> set[str]:
    """The digests by which a person is recognized in any session."""
    own = set()
    for key in _keys_in(party.get("email")) | _keys_in(party.get("name")):
        own |= _of(digests, "person_key", key)
    own |= _of(digests, "zoom_user_id", party.get("zoom_user_id"))
    if _is_nobody(party):
        own |= _of(digests, "phone_number", digits_of(party.get("phone_number")))
    return own


def _links(digests: Digests, session_id: str | None, party: Party) -> set[str]:
    """The digests by which a person is recognized in this session."""
    legs = [("leg", party.leg), ("leg", party.parent)]
    values = [*legs, *((kind, party.get(kind)) for kind in LINKS)]
    return {digests.of(kind, value, session_id=session_id) for kind, value in values if value}


def _tombstones(
    digests: Digests, session_id: str, party: Party, person: str, known: Known
) -> set[Tombstone]:
    """The data about an erased person in their party."""
    told = [("leg", party.leg), ("name", name_of(party.get("name")))]
    told += [(kind, party.get(kind)) for kind in LINKS]
    if party.get("zoom_user_id") not in known.someone_elses:
        told.append(("zoom_user_id", party.get("zoom_user_id")))
    return {
        Tombstone(kind, digests.of(kind, value, session_id=session_id), person, value)
        for kind, value in told
        if value and not value.startswith(PSEUDONYM)
    }


def _is_nobody(party: Party) -> bool:
    return not (party.get("email") or party.get("zoom_user_id"))


def _is_someone_else(party: Party, known: Known) -> bool:
    """The party has its own address, or a Zoom user with its own address in Zoom's list. A queue
    rings several people on one side of a call: there any Zoom user is a person.
    """
    if party.get("email"):
        return True  # an erased one would have been recognized
    zoom_user_id = party.get("zoom_user_id")
    return zoom_user_id in known.someone_elses or (zoom_user_id is not None and party.leg in SIDES)


def _without_host_and_topic(
    digests: Digests, fields: dict[str, str], tombstones: Mapping[str, str]
) -> dict[str, str]:
    gone = {
        name
        for name, kind in ((HOST["zoom_user_id"], "zoom_user_id"), (TOPIC, "topic"))
        if _of(digests, kind, fields.get(name)) & tombstones.keys()
    }
    return {name: value for name, value in fields.items() if name not in gone}


def _of(digests: Digests, kind: str, value: str | None) -> set[str]:
    return {digests.of(kind, value)} if value else set()


def _pseudonym(digests: Digests, session_id: str, whose: str) -> str:
    """The same for the same person in the same session, and different in any other one."""
    return PSEUDONYM + digests.of("participant_uuid", whose, session_id=session_id)[:24]


def _identity(party: Party) -> object:
    return (party.leg, party.parent, tuple(sorted(party.known.items())))


@lru_cache(maxsize=20_000)
def _keys_in(text: str | None) -> frozenset[str]:
    return frozenset(keys_in(text))
