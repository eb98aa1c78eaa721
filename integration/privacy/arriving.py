"""Keeps whom an organization has erased out of what arrives: deliveries, and Zoom's lists of users.

While nobody was erased nothing is looked at and no key is needed.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import psycopg

from integration.pipeline.decisions import Decision
from integration.privacy.digests import Digests, key_id
from integration.privacy.forgetting import Forgetting, digests_of
from integration.privacy.redaction import Told, Tombstone
from integration.privacy.tombstones import (
    WrongTombstoneKey,
    key_in_use,
    known_tombstones,
    organizations_with_tombstones,
)

ABOUT_AN_ERASED_PERSON = "it speaks of an erased person only"
Key = Callable[[], str]


def digests_in_use(
    connection: psycopg.Connection, key: Key, organizations: Iterable[str]
) -> dict[str, Digests]:
    """By organization, of those with tombstones. `key` is asked only when there are any.

    WrongTombstoneKey when they were made with another one.
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
    """WrongTombstoneKey when the tombstones were made with another key."""
    if key_in_use(connection) not in (None, key_id(key)):
        raise WrongTombstoneKey(
            "TOMBSTONE_KEY is not the key that the tombstones were made with: nobody who was "
            "erased would be recognized. Set the key that was used first."
        )


def without_the_erased(
    connection: psycopg.Connection, decisions: list[Decision], batch: int, *, key: Key
) -> list[Decision]:
    """The decisions about deliveries, with erased people taken out of their events."""
    digests = digests_in_use(connection, key, {each.organization_id for each in decisions})
    kept = list(decisions)
    for organization, of_organization in digests.items():
        places = [n for n, each in enumerate(kept) if each.organization_id == organization]
        forgetting = Forgetting(connection, batch, of_organization)
        cleaned = _in_organization([kept[n] for n in places], forgetting, of_organization)
        for n, decision in zip(places, cleaned, strict=True):
            kept[n] = decision
    return kept


def _in_organization(
    decisions: list[Decision], forgetting: Forgetting, digests: Digests
) -> list[Decision]:
    while True:
        decisions, found = _once(decisions, forgetting, digests)
        if not forgetting.add(found):
            return decisions
        forgetting.everywhere()


def _once(
    decisions: list[Decision], forgetting: Forgetting, digests: Digests
) -> tuple[list[Decision], set[Tombstone]]:
    arriving: dict[str, list[Told]] = defaultdict(list)
    for place, (number, event) in _events(decisions):
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
            for place, (number, event) in _events(decisions)
            if event.event.startswith("user.")
        },
        forgetting,
        digests,
    )
    bodies = _bodies_that_name(decisions, forgetting, digests)
    cleaned = [
        _cleaned(decision, place, changed, of_users, place in bodies)
        for place, decision in enumerate(decisions)
    ]
    return cleaned, found | found_of_users


def _events(decisions: list[Decision]) -> Iterator[tuple[int, tuple[int, Any]]]:
    for place, decision in enumerate(decisions):
        for numbered in enumerate(decision.events):
            yield place, numbered


def _cleaned(
    decision: Decision,
    place: int,
    changed: Mapping[str, dict[str, str]],
    of_users: set[str],
    names_somebody: bool,
) -> Decision:
    if any(f"{place}:{number}" in of_users for number in range(len(decision.events))):
        return replace(decision, disposition="ignored", reason=ABOUT_AN_ERASED_PERSON, events=())
    events = tuple(
        replace(event, fields=changed.get(f"{place}:{number}", event.fields))
        for number, event in enumerate(decision.events)
    )
    return replace(decision, events=events, keeps_body=decision.keeps_body and not names_somebody)


def without_erased_users(
    connection: psycopg.Connection,
    batch: int,
    organization_id: str,
    users: Mapping[str, str | None],
    *,
    key: Key,
) -> set[str]:
    """Which of the Zoom users that an import lists (zoom_user_id -> email) are to be left out."""
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
    decisions: list[Decision], forgetting: Forgetting, digests: Digests
) -> set[int]:
    """The quarantined deliveries whose bodies name an erased person."""
    own = {
        place: digests_in_body(digests, decision.delivery.body)
        for place, decision in enumerate(decisions)
        if decision.disposition == "quarantined"
    }
    known = forgetting.known(set().union(*own.values()))
    return {place for place, candidates in own.items() if candidates & known.keys()}


def digests_in_body(digests: Digests, body: bytes) -> set[str]:
    """By what an erased person would be recognized in the bytes of a delivery."""
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
