"""Redacts erased people in arriving data: deliveries, and Zoom's user lists.

Until someone is erased, nothing is checked and no key is needed.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import psycopg

from integration.privacy.account import delete_orphans
from integration.privacy.arrivals import (
    Arrival,
    RedactedArrival,
    numbered_events,
    texts_with_addresses,
)
from integration.privacy.digests import Digests
from integration.privacy.exclusions import never_stored
from integration.privacy.forgetting import Redactor, digests_of
from integration.privacy.never_stored import drop_arriving, people_never_stored
from integration.privacy.redaction import SessionEvent, Tombstone
from integration.privacy.stored_tombstones import (
    NoTombstoneKey,
    known_tombstones,
    organizations_with_tombstones,
)
from integration.privacy.tombstone_keys import (
    digests_to_store,
    recorded_keys,
    refuse_a_lost_record,
    require_keys_of_digests,
)
from integration.settings import UnsetSetting
from integration.zoom.parties import parties_of

Keys = Callable[[], tuple[str, ...]]  # TOMBSTONE_KEY's, newest first


def digests_in_use(
    connection: psycopg.Connection, keys: Keys, organizations: Iterable[str]
) -> dict[str, Digests]:
    """The digests of each organization with tombstones, or with exclusions that are never stored.
    `keys` is called only if there are any in any organization.

    Raises WrongTombstoneKey if they were made with other keys.
    """
    asked = set(organizations)
    in_use = {each.organization_id for each in never_stored(connection, asked)}
    if recorded_keys(connection):
        require_keys_of_digests(connection, keys())
        in_use |= organizations_with_tombstones(connection, asked)
    else:
        refuse_a_lost_record(connection)
    return {
        organization: digests_with_keys(connection, organization, keys)
        for organization in sorted(in_use)
    }


def digests_with_keys(connection: psycopg.Connection, organization_id: str, keys: Keys) -> Digests:
    """The digests of an organization that is about to store some. Raises WrongTombstoneKey if there
    are others, made with other keys, and NoTombstoneKey if none is set. One that cannot be used
    remains a SettingsError, because it is no organization's.
    """
    try:
        present = keys()
    except UnsetSetting as error:
        raise NoTombstoneKey(str(error)) from error
    return digests_to_store(connection, organization_id, present)


def redact_arrivals(
    connection: psycopg.Connection, arrivals: Sequence[Arrival], batch: int, *, keys: Keys
) -> dict[int, RedactedArrival]:
    """Redacts the arrivals of organizations in which someone was erased or is never stored.
    Returns them by their index in the list; the others are unchanged.
    """
    organizations = {each.organization_id for each in arrivals}
    digests = digests_in_use(connection, keys, organizations)
    exclusions = never_stored(connection, organizations) if digests else []
    redacted: dict[int, RedactedArrival] = {}
    for organization, of_organization in digests.items():
        places = [n for n, each in enumerate(arrivals) if each.organization_id == organization]
        own = [arrivals[n] for n in places]
        excluded = [each for each in exclusions if each.organization_id == organization]
        kept, dropped = drop_arriving(connection, of_organization, batch, own, excluded)
        redactor = Redactor(connection, batch, of_organization)
        redactor.add(people_never_stored(of_organization, excluded, texts_with_addresses(kept)))
        cleaned = _redact_organization(kept, redactor, of_organization)
        if dropped or redactor.removed["zoom_raw.events"]:
            delete_orphans(connection, organization)  # names that an earlier batch has kept
        redacted |= {
            place: replace(
                each,
                is_dropped=bool(before.events) and not after.events,
                names_erased_person=each.names_erased_person or bool(excluded),
            )
            for place, before, after, each in zip(places, own, kept, cleaned, strict=True)
        }
    return redacted


def _redact_organization(
    arrivals: list[Arrival], redactor: Redactor, digests: Digests
) -> list[RedactedArrival]:
    discarded: set[int] = set()
    while True:
        redacted, found = _redact_once(arrivals, redactor, digests)
        discarded |= {place for place, each in enumerate(redacted) if each.is_discarded}
        if not redactor.add(found):
            return [
                replace(each, is_discarded=place in discarded)
                for place, each in enumerate(redacted)
            ]
        redactor.redact_landed()
        arrivals = [
            replace(arrival, events=result.events)
            for arrival, result in zip(arrivals, redacted, strict=True)
        ]


def _redact_once(
    arrivals: list[Arrival], redactor: Redactor, digests: Digests
) -> tuple[list[RedactedArrival], set[Tombstone]]:
    arriving: dict[str, list[SessionEvent]] = defaultdict(list)
    for place, (number, event) in numbered_events(arrivals):
        if event.session_id:
            one = SessionEvent(f"{place}:{number}", event.event, event.fields)
            arriving[event.session_id].append(one)
    results = redactor.redact_arriving(arriving)
    changed: dict[str, dict[str, str]] = {}
    found: set[Tombstone] = set()
    for result in results.values():
        changed |= result.changed
        found |= result.found
    of_users, found_of_users = _zoom_users(
        {
            f"{place}:{number}": (party.get("zoom_user_id"), party.get("email"))
            for place, (number, event) in numbered_events(arrivals)
            if event.event.startswith("user.")
            for party in parties_of(event.event, event.fields)
        },
        redactor,
        digests,
    )
    bodies = _bodies_that_name(arrivals, redactor, digests)
    redacted = [
        _redacted(arrival, place, changed, of_users, place in bodies)
        for place, arrival in enumerate(arrivals)
    ]
    return redacted, found | found_of_users


def _redacted(
    arrival: Arrival,
    place: int,
    changed: Mapping[str, dict[str, str]],
    of_users: set[str],
    names_erased_person: bool,
) -> RedactedArrival:
    if any(f"{place}:{number}" in of_users for number in range(len(arrival.events))):
        return RedactedArrival((), is_discarded=True)
    events = tuple(
        replace(event, fields=changed.get(f"{place}:{number}", event.fields))
        for number, event in enumerate(arrival.events)
    )
    return RedactedArrival(events, names_erased_person=names_erased_person)


def erased_zoom_users(
    connection: psycopg.Connection,
    batch: int,
    organization_id: str,
    users: Mapping[str, str | None],
    *,
    keys: Keys,
) -> set[str]:
    """The ids of the imported Zoom users (zoom_user_id -> email) who are erased people."""
    digests = digests_in_use(connection, keys, {organization_id}).get(organization_id)
    if digests is None:
        return set()
    redactor = Redactor(connection, batch, digests)
    exclusions = never_stored(connection, [organization_id])
    with connection.transaction():
        redactor.add(people_never_stored(digests, exclusions, filter(None, users.values())))
        erased, found = _zoom_users(
            {zoom_user_id: (zoom_user_id, email) for zoom_user_id, email in users.items()},
            redactor,
            digests,
        )
        if redactor.add(found):
            redactor.redact_landed()
    return erased


def erased_addresses(
    connection: psycopg.Connection, organization_id: str, emails: Iterable[str], *, keys: Keys
) -> set[str]:
    """The addresses that belong to erased people."""
    digests = digests_in_use(connection, keys, {organization_id}).get(organization_id)
    if digests is None:
        return set()
    own = {email: digests_of(digests, "person_key", email) for email in emails}
    known = known_tombstones(
        connection, organization_id, set().union(*own.values()), of_erasures_only=True
    )
    return {email for email, candidates in own.items() if candidates & known.keys()}


def _zoom_users(
    users: Mapping[str, tuple[str | None, str | None]],
    redactor: Redactor,
    digests: Digests,
) -> tuple[set[str], set[Tombstone]]:
    """The keys of the Zoom users (key -> zoom_user_id, email) who are erased people, and tombstones
    of their ids.
    """
    own = {
        each: digests_of(digests, "zoom_user_id", zoom_user_id)
        | digests_of(digests, "person_key", email)
        for each, (zoom_user_id, email) in users.items()
    }
    known = redactor.known(set().union(*own.values()))
    found = set()
    erased = {each for each, candidates in own.items() if candidates & known.keys()}
    for each in erased:
        zoom_user_id, _ = users[each]
        person = min(known[digest] for digest in own[each] if digest in known)
        if zoom_user_id:
            digest = digests.of("zoom_user_id", zoom_user_id)
            exclusion_id = redactor.exclusion_of(person)
            found.add(Tombstone("zoom_user_id", digest, person, zoom_user_id, exclusion_id))
    return erased, found


def _bodies_that_name(arrivals: list[Arrival], redactor: Redactor, digests: Digests) -> set[int]:
    """The indexes of the arrivals with a body that names an erased person."""
    own = {
        place: digests_in_body(digests, arrival.body)
        for place, arrival in enumerate(arrivals)
        if arrival.body is not None
    }
    known = redactor.known(set().union(*own.values()))
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
