"""Adds newer keys to all digests in the database, in the caller's transaction.

Digests are in the tombstones, in the digests of phone numbers that are not kept, and in the
pseudonyms of erased people in landed events. What is derived from these events follows, because
the events enter the batch's change set. Certificates, settings and the audit trail have none.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

import psycopg

from integration.keys.recorded import record_key
from integration.privacy.digests import (
    PSEUDONYM,
    pseudonym_with_newer_keys,
    with_newer_keys,
)
from integration.privacy.landed_events import replace_fields
from integration.privacy.tombstone_keys import ids_of
from integration.zoom.parties import PARTICIPANT, fields_of

ROWS_AT_ONCE = 5000
DIGESTS = fields_of("phone_digest")
# nameless.py writes them.
PSEUDONYMS = (PARTICIPANT["participant_uuid"], "user_id", "erased_callee")


def lock_recorded_keys(connection: psycopg.Connection) -> None:
    """Waits for everyone who compares digests now, and lets no one else start to until the
    transaction ends.
    """
    connection.execute(
        "select from integration.keys where purpose = 'tombstone' and retired_at is null for update"
    )


def replace_recorded_keys(connection: psycopg.Connection, keys: Sequence[str]) -> None:
    """Records that all digests were made with these keys and no others."""
    new = ",".join(ids_of(keys))
    connection.execute(
        "update integration.keys set retired_at = now() "
        "where purpose = 'tombstone' and retired_at is null"
    )
    record_key(connection, "tombstone", new, process="pipeline")


def add_to_tombstones(connection: psycopg.Connection, newer: Sequence[str]) -> int:
    """Adds the keys, the oldest first, to all tombstones; returns their number. The `person` of a
    session that is never stored is an exclusion and no digest.
    """
    changed = 0
    with connection.cursor(name="tombstones") as cursor:
        cursor.execute(
            "select organization_id, digest, exclusion_id, person from integration.tombstones"
        )
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            changed += connection.execute(
                """
                update integration.tombstones
                set digest = new.digest, person = new.person
                from unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[])
                    as new (organization_id, old_digest, exclusion_id, digest, person)
                where tombstones.organization_id = new.organization_id
                    and tombstones.digest = new.old_digest
                    and tombstones.exclusion_id = new.exclusion_id
                """,
                [
                    [organization for organization, *_ in some],
                    [digest for _, digest, *_ in some],
                    [exclusion for _, _, exclusion, _ in some],
                    [with_newer_keys(digest, newer) for _, digest, *_ in some],
                    [
                        person if person == str(exclusion) else with_newer_keys(person, newer)
                        for *_, exclusion, person in some
                    ],
                ],
            ).rowcount
    return changed


def add_to_events(
    connection: psycopg.Connection, newer: Sequence[str], *, batch: Callable[[], int]
) -> int:
    """Adds the keys to the digests and pseudonyms in landed events; returns the number of events.
    They enter the change set of `batch`, which is asked for only if there are any.
    """
    changed = 0
    with connection.cursor(name="events_with_digests") as cursor:
        cursor.execute(
            """
            select organization_id, event_id, fields from zoom_raw.events
            where fields ?| %(digests)s::text[]
                or exists (
                    select from unnest(%(pseudonyms)s::text[]) as field (name)
                    where starts_with(fields ->> field.name, %(pseudonym)s)
                )
            """,
            {"digests": DIGESTS, "pseudonyms": list(PSEUDONYMS), "pseudonym": PSEUDONYM},
        )
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            new: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
            for organization_id, event_id, fields in some:
                new[organization_id][event_id] = fields_with_newer_keys(fields, newer)
            for organization_id, fields_of_events in new.items():
                changed += replace_fields(connection, organization_id, fields_of_events, batch())
    return changed


def fields_with_newer_keys(fields: dict[str, str], newer: Sequence[str]) -> dict[str, str]:
    """The fields of an event, whose digests and pseudonyms have the keys added."""
    found = dict(fields)
    for name in PSEUDONYMS:
        if name in found:
            found[name] = pseudonym_with_newer_keys(found[name], newer)
    for name in DIGESTS:
        if name in found:
            found[name] = with_newer_keys(found[name], newer)
    return found
