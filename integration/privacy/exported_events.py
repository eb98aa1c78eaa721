"""What landed events say about one person: exactly the fields that an erasure would remove, with
the times and results of their sessions.
"""

from collections import defaultdict
from typing import Any

import psycopg

from integration.privacy import lookups
from integration.privacy.digests import Digests
from integration.privacy.exported_person import ExportedPerson
from integration.privacy.landed_events import (
    LandedEvent,
    events_of_sessions,
    events_of_zoom_users,
    sessions_with_texts,
    zoom_users_with_addresses,
)
from integration.privacy.person import initial_tombstones
from integration.privacy.redaction import (
    RedactionContext,
    SessionEvent,
    Tombstone,
    redact_session,
)
from integration.privacy.texts import keys_in
from integration.zoom.parties import AFFILIATION, NAMES_NO_ONE, TOPIC, ZOOM_USER, fields_of

# Of the session, not of a person. The others are what is left of other people.
_OF_SESSION = NAMES_NO_ONE - {"erased_callee", *AFFILIATION.values()} | {TOPIC}


def exported_events(
    connection: psycopg.Connection, digests: Digests, person: ExportedPerson
) -> list[dict[str, Any]]:
    """One object for each event that names the person, in the order of the ids. Reads all events of
    the organization.
    """
    texts = [(name, text) for name in fields_of("email") for text in sorted(person.addresses)]
    texts += [
        (name, text) for name in fields_of("zoom_user_id") for text in sorted(person.zoom_user_ids)
    ]
    sides = lookups.sides_of_extensions(connection, person.organization_id, person.zoom_user_ids)
    known = _known(connection, digests, person, sides)
    sessions = {
        *sessions_with_texts(connection, person.organization_id, texts),
        *(session for session, _ in sides),
        *person.session_ids,
    }
    events: dict[str, list[LandedEvent]] = defaultdict(list)
    for each in events_of_sessions(connection, person.organization_id, sessions):
        events[each.session_id].append(each)
    found = [
        one
        for session, of_session in events.items()
        for one in _of_session(digests, session, of_session, known)
    ]
    found += _of_zoom_user(connection, person)
    return sorted(found, key=lambda one: str(one["event_id"]))


def _known(
    connection: psycopg.Connection,
    digests: Digests,
    person: ExportedPerson,
    sides: list[tuple[str, str]],
) -> RedactionContext:
    """What identifies the person, and the Zoom users who are somebody else."""
    own = person.subject.person(digests)
    tombstones = person.subject.tombstones(digests)
    tombstones += initial_tombstones(connection, digests, person.subject, set(person.zoom_user_ids))
    tombstones += [
        Tombstone("leg", digests.of("leg", side, session_id=session), own, side)
        for session, side in sides
    ]
    listed = zoom_users_with_addresses(connection, person.organization_id, None)
    return RedactionContext(
        {each.digest: own for each in tombstones if each.kind != "name"},
        frozenset(each for each, _ in listed) - person.zoom_user_ids,
    )


def _of_session(
    digests: Digests, session: str, events: list[LandedEvent], known: RedactionContext
) -> list[dict[str, Any]]:
    without = redact_session(
        digests,
        session,
        [SessionEvent(each.event_id, each.event, each.fields) for each in events],
        known,
    ).changed
    return [
        _exported(
            each,
            {
                name
                for name, value in each.fields.items()
                if name in _OF_SESSION or without[each.event_id].get(name) != value
            },
        )
        for each in events
        if each.event_id in without
    ]


def _of_zoom_user(connection: psycopg.Connection, person: ExportedPerson) -> list[dict[str, Any]]:
    return [
        _exported(each, set(ZOOM_USER.values()))
        for each in events_of_zoom_users(connection, person.organization_id)
        if each.fields.get(ZOOM_USER["zoom_user_id"]) in person.zoom_user_ids
        or person.key in keys_in(each.fields.get(ZOOM_USER["email"]))
    ]


def _exported(event: LandedEvent, names: set[str]) -> dict[str, Any]:
    fields = {name: value for name, value in sorted(event.fields.items()) if name in names}
    return {
        "event_id": event.event_id,
        "session_id": event.session_id,
        "event": event.event,
        "fields": fields,
    }
