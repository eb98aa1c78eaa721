"""Redacts people whom an organization has erased in arriving data: deliveries, and Zoom's lists of
users.

Until someone is erased, nothing is checked and no key is needed.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import psycopg

from integration.privacy.digests import Digests, key_id
from integration.privacy.forgetting import Forgetting, digests_of
from integration.privacy.redaction import Told, Tombstone
from integration.privacy.tombstones import (
    WrongTombstoneKey,
    key_in_use,
    known_tombstones,
    organizations_with_tombstones,
)
from integration.zoom.events import Event

Key = Callable[[], str]


def digests_in_use(
    connection: psycopg.Connection, key: Key, organizations: Iterable[str]
) -> dict[str, Digests]:
    """By organization, for those with tombstones. `key` is called only when there are any.

    WrongTombstoneKey when they were created with another key.
    """
    in_use = key_in_use(connection)
    if in_use is None:
        return {}
    check_key(connection, key())
    return {
        organization: Digests(key(), organization)
        for organization in organizations_with_tombstones(connection, set(organizations))
    }


def check_key(connection: psycopg.Connection, key: str) -> None:
    """WrongTombstoneKey when the tombstones were created with another key."""
    if key_in_use(connection) not in (None, key_id(key)):
        raise WrongTombstoneKey(
            "TOMBSTONE_KEY differs from the key used for earlier erasures, so erased people would "
            "not be recognized. Restore the original key."
        )


@dataclass(frozen=True)
class Arrival:
    """The parts of a delivery that can name a person: its events, and its body if it is to be
    kept.
    """

    organization_id: str
    events: tuple[Event, ...] = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Redacted:
    """The events without erased people. With `is_left_out` the delivery is about an erased person
    only; with `names_the_erased` its body names one.
    """

    events: tuple[Event, ...]
    is_left_out: bool = False
    names_the_erased: bool = False


def redact(
    connection: psycopg.Connection, arrivals: Sequence[Arrival], batch: int, *, key: Key
) -> dict[int, Redacted]:
    """By its place in the list, each arrival of an organization in which someone was erased; the
    others are unchanged.
    """
    digests = digests_in_use(connection, key, {each.organization_id for each in arrivals})
    redacted: dict[int, Redacted] = {}
    for organization, of_organization in digests.items():
        places = [n for n, each in enumerate(arrivals) if each.organization_id == organization]
        forgetting = Forgetting(connection, batch, of_organization)
        cleaned = _in_organization([arrivals[n] for n in places], forgetting, of_organization)
        redacted |= zip(places, cleaned, strict=True)
    return redacted


def _in_organization(
    arrivals: list[Arrival], forgetting: Forgetting, digests: Digests
) -> list[Redacted]:
    left_out: set[int] = set()
    while True:
        redacted, found = _once(arrivals, forgetting, digests)
        left_out |= {place for place, each in enumerate(redacted) if each.is_left_out}
        if not forgetting.add(found):
            return [
                replace(each, is_left_out=place in left_out) for place, each in enumerate(redacted)
            ]
        forgetting.everywhere()
        arrivals = [
            replace(arrival, events=result.events)
            for arrival, result in zip(arrivals, redacted, strict=True)
        ]


def _once(
    arrivals: list[Arrival], forgetting: Forgetting, digests: Digests
) -> tuple[list[Redacted], set[Tombstone]]:
    arriving: dict[str, list[Told]] = defaultdict(list)
    for place, (number, event) in _events(arrivals):
        if event.session_id:
            told = Told(f"{place}:{number}", event.event, event.fields)
            arriving[event.session_id].append(told)
    results = forgetting.in_sessions(arriving)
    changed: dict[str, dict[str, str]] = {}
    found: set[Tombstone] = set()
    for result in results.values():
        changed |= result.changed
        found |= result.found
    of_users, found_of_users = _zoom_users(
        {
            f"{place}:{number}": (event.fields.get("zoom_user_id"), event.fields.get("email"))
            for place, (number, event) in _events(arrivals)
            if event.event.startswith("user.")
        },
        forgetting,
        digests,
    )
    bodies = _bodies_that_name(arrivals, forgetting, digests)
    redacted = [
        _redacted(arrival, place, changed, of_users, place in bodies)
        for place, arrival in enumerate(arrivals)
    ]
    return redacted, found | found_of_users


def _events(arrivals: list[Arrival]) -> Iterator[tuple[int, tuple[int, Event]]]:
    for place, arrival in enumerate(arrivals):
        for numbered in enumerate(arrival.events):
            yield place, numbered


def _redacted(
    arrival: Arrival,
    place: int,
    changed: Mapping[str, dict[str, str]],
    of_users: set[str],
    names_somebody: bool,
) -> Redacted:
    if any(f"{place}:{number}" in of_users for number in range(len(arrival.events))):
        return Redacted((), is_left_out=True)
    events = tuple(
        replace(event, fields=changed.get(f"{place}:{number}", event.fields))
        for number, event in enumerate(arrival.events)
    )
    return Redacted(events, names_the_erased=names_somebody)


def without_erased_users(
    connection: psycopg.Connection,
    batch: int,
    organization_id: str,
    users: Mapping[str, str | None],
    *,
    key: Key,
) -> set[str]:
    """Which of the Zoom users that an import lists (zoom_user_id -> email) are to be skipped."""
    digests = digests_in_use(connection, key, {organization_id}).get(organization_id)
    if digests is None:
        return set()
    forgetting = Forgetting(connection, batch, digests)
    with connection.transaction():
        left_out, found = _zoom_users(
            {zoom_user_id: (zoom_user_id, email) for zoom_user_id, email in users.items()},
            forgetting,
            digests,
        )
        if forgetting.add(found):
            forgetting.everywhere()
    return left_out


def erased_addresses(
    connection: psycopg.Connection, organization_id: str, emails: Iterable[str], *, key: Key
) -> set[str]:
    """Which of the addresses are an erased person's."""
    digests = digests_in_use(connection, key, {organization_id}).get(organization_id)
    if digests is None:
        return set()
    own = {email: digests_of(digests, "person_key", email) for email in emails}
    known = known_tombstones(connection, organization_id, set().union(*own.values()))
    return {email for email, candidates in own.items() if candidates & known.keys()}


def _zoom_users(
    users: Mapping[str, tuple[str | None, str | None]],
    forgetting: Forgetting,
    digests: Digests,
) -> tuple[set[str], set[Tombstone]]:
    """Which of the Zoom users (key -> zoom_user_id, email) are erased people, and their ids."""
    own = {
        each: digests_of(digests, "zoom_user_id", zoom_user_id)
        | digests_of(digests, "person_key", email)
        for each, (zoom_user_id, email) in users.items()
    }
    known = forgetting.known(set().union(*own.values()))
    found = set()
    erased = {each for each, candidates in own.items() if candidates & known.keys()}
    for each in erased:
        zoom_user_id, _ = users[each]
        person = min(known[digest] for digest in own[each] if digest in known)
        if zoom_user_id:
            digest = digests.of("zoom_user_id", zoom_user_id)
            found.add(Tombstone("zoom_user_id", digest, person, zoom_user_id))
    return erased, found


def _bodies_that_name(
    arrivals: list[Arrival], forgetting: Forgetting, digests: Digests
) -> set[int]:
    """The arrivals whose bodies name an erased person."""
    own = {
        place: digests_in_body(digests, arrival.body)
        for place, arrival in enumerate(arrivals)
        if arrival.body is not None
    }
    known = forgetting.known(set().union(*own.values()))
    return {place for place, candidates in own.items() if candidates & known.keys()}


def digests_in_body(digests: Digests, body: bytes) -> set[str]:
    """The digests by which an erased person would be recognized in the bytes of a delivery."""
    try:
        texts = set(_texts(json.loads(body)))
    except (ValueError, RecursionError):
        texts = {body.decode("utf-8", "replace")}
    found = set()
    for text in texts:
        for kind in ("name", "phone_number", "zoom_user_id"):
            found |= digests_of(digests, kind, text)
    return found


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for each in content:
            yield from _texts(each)
    elif isinstance(content, str):
        yield content
    elif isinstance(content, int | float):
        yield str(content)
