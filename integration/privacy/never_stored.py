"""Keeps out of arriving data what an exclusion says is never stored (contract, 5.17)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import psycopg

from integration.privacy.arrivals import Arrival, numbered_events
from integration.privacy.digests import Digests
from integration.privacy.dropped_sessions import (
    DROP_SESSIONS,
    drop_sessions,
    dropping,
    sessions_to_drop,
)
from integration.privacy.exclusions import Exclusion, keys_excluded
from integration.privacy.redaction import Tombstone


def drop_arriving(
    connection: psycopg.Connection,
    digests: Digests,
    batch: int,
    arrivals: Sequence[Arrival],
    exclusions: Sequence[Exclusion],
) -> tuple[list[Arrival], int]:
    """(the arrivals without the events of sessions that are never stored, the number of events of
    these sessions that had been landed before and are deleted).
    """
    if not any(each.kind in DROP_SESSIONS for each in exclusions):
        return list(arrivals), 0
    events: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for _, (_, event) in numbered_events(arrivals):
        if event.session_id:
            events[event.session_id].append(event.fields)
    dropped_by = dropping(connection, digests.organization_id, exclusions)
    dropped = sessions_to_drop(connection, digests, events, dropped_by)
    deleted = drop_sessions(connection, digests, batch, dropped)
    kept = [
        replace(
            arrival,
            events=tuple(event for event in arrival.events if event.session_id not in dropped),
        )
        for arrival in arrivals
    ]
    return kept, deleted


def people_never_stored(
    digests: Digests, exclusions: Iterable[Exclusion], texts: Iterable[str]
) -> list[Tombstone]:
    """Tombstones of the people whose addresses are in these texts and are never stored."""
    seen = set(texts)
    return [
        Tombstone("person_key", person, person, key, exclusion.exclusion_id)
        for exclusion in exclusions
        for key in keys_excluded(exclusion, seen)
        for person in [digests.of("person_key", key)]
    ]
