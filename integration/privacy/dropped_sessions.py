"""Drops whole sessions that are never stored (contract, 5.17): those of a Zoom user, and those with
a meeting ID.
"""

from collections.abc import Collection, Iterable, Mapping

import psycopg

from integration.privacy.digests import Digests
from integration.privacy.exclusions import Exclusion
from integration.privacy.landed_events import (
    delete_sessions,
    extensions_of_zoom_users,
    zoom_users_with_addresses,
)
from integration.privacy.stored_tombstones import add_tombstones, known_tombstones
from integration.zoom.parties import MEETING_NUMBER, fields_of

# The kinds of exclusions that drop sessions instead of redacting people.
DROP_SESSIONS = ("zoom_user", "meeting_number")
# (field of an event, its text) -> the exclusion that drops the session.
Dropping = Mapping[tuple[str, str], int]


def dropping(
    connection: psycopg.Connection, organization_id: str, exclusions: Iterable[Exclusion]
) -> Dropping:
    """What drops a session. A Zoom user is also known by their email and their extension."""
    found: dict[tuple[str, str], int] = {}
    for exclusion in exclusions:
        if exclusion.subject is None:
            continue
        if exclusion.kind == "meeting_number":
            found[MEETING_NUMBER, exclusion.subject] = exclusion.exclusion_id
        elif exclusion.kind == "zoom_user":
            for field, text in _of_zoom_user(connection, organization_id, exclusion.subject):
                found[field, text] = exclusion.exclusion_id
    return found


def _of_zoom_user(
    connection: psycopg.Connection, organization_id: str, zoom_user_id: str
) -> Iterable[tuple[str, str]]:
    yield from ((field, zoom_user_id) for field in fields_of("zoom_user_id"))
    for _, email in zoom_users_with_addresses(connection, organization_id, [zoom_user_id]):
        yield from ((field, email) for field in fields_of("email"))
    for fact, extension in extensions_of_zoom_users(connection, organization_id, [zoom_user_id]):
        yield from ((field, extension) for field in fields_of(fact))


def sessions_to_drop(
    connection: psycopg.Connection,
    digests: Digests,
    events: Mapping[str, Collection[Mapping[str, str]]],
    dropped_by: Dropping,
) -> dict[str, int]:
    """Session -> exclusion, of the sessions (session -> fields of its arriving events) that are
    never stored, by one of these events or by an earlier one.
    """
    markers = {_marker(digests, session_id): session_id for session_id in events}
    known = known_tombstones(connection, digests.organization_id, markers)
    found = {markers[digest]: int(exclusion_id) for digest, exclusion_id in known.items()}
    for session_id, of_session in events.items():
        for fields in of_session:
            for named in fields.items():
                if named in dropped_by:
                    found[session_id] = dropped_by[named]
    return found


def drop_sessions(
    connection: psycopg.Connection, digests: Digests, batch: int, sessions: Mapping[str, int]
) -> int:
    """Deletes what was landed of these sessions (session -> exclusion), and remembers them. Returns
    the number of deleted events.
    """
    add_tombstones(
        connection,
        digests.organization_id,
        {
            ("session", _marker(digests, session_id), str(exclusion_id), exclusion_id)
            for session_id, exclusion_id in sessions.items()
        },
    )
    return delete_sessions(connection, digests.organization_id, sessions, batch)


def _marker(digests: Digests, session_id: str) -> str:
    return digests.of("session", "", session_id=session_id)
