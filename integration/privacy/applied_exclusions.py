"""Applies what is never stored to the past, and verifies it (contract, 5.17).

A new exclusion removes what was landed before it, in the batch that finds it. When every table has
processed that batch, the next one searches for what is left. An exclusion that was removed brings
nothing back; only what arrives from then on is stored.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from integration.privacy.account import delete_orphans
from integration.privacy.applied_tombstones import Keys, digests_with_keys
from integration.privacy.digests import Digests
from integration.privacy.dropped_sessions import DROP_SESSIONS, drop_sessions, dropping
from integration.privacy.exclusions import Exclusion, never_stored
from integration.privacy.forgetting import FIELDS, Redactor
from integration.privacy.landed_events import (
    delete_unread_bodies,
    sessions_with_texts,
    texts_of_events,
    zoom_users_with_addresses,
)
from integration.privacy.matching import ErasedPerson
from integration.privacy.never_stored import people_never_stored
from integration.privacy.proof import verify
from integration.privacy.redaction import Tombstone
from integration.privacy.registry import personal_columns
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.stored_tombstones import (
    NoTombstoneKey,
    delete_tombstones_of_exclusions,
    tombstones_of_exclusion,
)

_REMOVED_BY_ROW = ("clientsights_raw",)


@dataclass(frozen=True)
class Changes:
    """The exclusions to apply, those no longer in force, and those to verify."""

    added: list[Exclusion]
    removed: list[int]
    unverified: list[Exclusion]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.unverified)


def changed_exclusions(connection: psycopg.Connection) -> Changes:
    """What the next batch has to do about exclusions."""
    present = {each.exclusion_id: each for each in never_stored(connection)}
    applied = {
        exclusion_id: (kind, written, is_verified or not is_finished)
        for exclusion_id, kind, written, is_verified, is_finished in connection.execute(
            """
            select
                applied.exclusion_id, applied.kind, applied.written,
                applied.verified_at is not null,
                coalesce(
                    (
                        select batches.finished_at is not null from pipeline.batches
                        where batches.batch = applied.batch
                    ),
                    false
                )
            from pipeline.applied_exclusions as applied
            """
        )
    }
    current = {
        exclusion_id
        for exclusion_id, (kind, written, _) in applied.items()
        if exclusion_id in present
        and (kind, written) == (present[exclusion_id].kind, present[exclusion_id].written)
    }
    return Changes(
        added=[each for exclusion_id, each in present.items() if exclusion_id not in current],
        removed=sorted(applied.keys() - current),
        unverified=[present[each] for each in sorted(current) if not applied[each][2]],
    )


def apply_exclusions(connection: psycopg.Connection, batch: int, *, keys: Keys) -> None:
    """Applies the changes, each exclusion in a transaction of its own. Without the key, which an
    exclusion that SQL wrote may need, it stays to be applied.
    """
    changes = changed_exclusions(connection)
    for exclusion in changes.unverified:
        with suppress(NoTombstoneKey), connection.transaction():
            _verify(connection, exclusion, keys)
    if changes.removed:
        with connection.transaction():
            delete_tombstones_of_exclusions(connection, changes.removed)
            connection.execute(
                "delete from pipeline.applied_exclusions where exclusion_id = any(%s)",
                [changes.removed],
            )
    for exclusion in changes.added:
        with suppress(NoTombstoneKey), connection.transaction():
            _apply(connection, exclusion, batch, keys)


def _apply(connection: psycopg.Connection, exclusion: Exclusion, batch: int, keys: Keys) -> None:
    digests = digests_with_keys(connection, exclusion.organization_id, keys)
    if exclusion.kind in DROP_SESSIONS:
        dropped = _sessions(connection, exclusion)
        events = drop_sessions(
            connection, digests, batch, dict.fromkeys(dropped, exclusion.exclusion_id)
        )
        sessions = len(dropped)
        delete_orphans(connection, exclusion.organization_id)
    else:
        redactor = Redactor(connection, batch, digests)
        redactor.add(_people(connection, exclusion, digests))
        redactor.redact_landed()
        events, sessions = redactor.removed["zoom_raw.events"], 0
        _remove_rows(connection, exclusion, digests)
    connection.execute(
        """
        insert into pipeline.applied_exclusions
            (exclusion_id, organization_id, kind, written, batch, events, sessions)
        values (%s, %s, %s, %s, %s, %s, %s)
        """,
        [
            exclusion.exclusion_id,
            exclusion.organization_id,
            exclusion.kind,
            exclusion.written,
            batch,
            events,
            sessions,
        ],
    )


def _sessions(connection: psycopg.Connection, exclusion: Exclusion) -> list[str]:
    """The landed sessions that the exclusion drops."""
    named = dropping(connection, exclusion.organization_id, [exclusion])
    return sessions_with_texts(connection, exclusion.organization_id, named)


def _people(
    connection: psycopg.Connection, exclusion: Exclusion, digests: Digests
) -> Iterator[Tombstone]:
    """Tombstones of the people who are known and whom the exclusion applies to."""
    organization_id, exclusion_id = exclusion.organization_id, exclusion.exclusion_id
    if exclusion.kind == "phone_number":
        if exclusion.subject:
            person = digests.of("phone_number", exclusion.subject)
            yield Tombstone("phone_number", person, person, exclusion.subject, exclusion_id)
        return
    fields = [field for field, kind in FIELDS.items() if kind in ("person_key", "name")]
    texts = {text for _, text in texts_of_events(connection, organization_id, fields)}
    yield from people_never_stored(digests, [exclusion], texts)
    for zoom_user_id, email in zoom_users_with_addresses(connection, organization_id, None):
        for of_user in people_never_stored(digests, [exclusion], [email]):
            yield of_user
            digest = digests.of("zoom_user_id", zoom_user_id)
            yield Tombstone("zoom_user_id", digest, of_user.person, zoom_user_id, exclusion_id)


def _remove_rows(connection: psycopg.Connection, exclusion: Exclusion, digests: Digests) -> None:
    """Removes what is kept beside the events: addresses, names, and the organization's bodies that
    could not be read, all of them: an address of the domain in them may be new.
    """
    delete_unread_bodies(connection, exclusion.organization_id)
    organization_id = exclusion.organization_id
    people = _excluded_people(connection, exclusion, digests)
    table_rows = PersonalRows(connection, organization_id)
    for column in personal_columns():
        if column.table.split(".")[0] in _REMOVED_BY_ROW and column.erased_by == "row":
            own = {text for _, text in table_rows.texts(column)}
            table_rows.remove(column, {text for text in own if people.matches(column.holds, text)})


def _verify(connection: psycopg.Connection, exclusion: Exclusion, keys: Keys) -> None:
    """Searches for what is left, and records what was found."""
    digests = digests_with_keys(connection, exclusion.organization_id, keys)
    if exclusion.kind in DROP_SESSIONS:
        searched, left = 1, len(_sessions(connection, exclusion))
    else:
        people = _excluded_people(connection, exclusion, digests)
        result = verify(
            people,
            PersonalRows(connection, exclusion.organization_id),
            set(),
            of_sessions_only=True,
        )
        searched, left = result.searched, sum(each.values for each in result.left)
    connection.execute(
        """
        update pipeline.applied_exclusions
        set verified_at = now(), columns_searched = %s, values_left = %s
        where exclusion_id = %s
        """,
        [searched, left, exclusion.exclusion_id],
    )


def _excluded_people(
    connection: psycopg.Connection, exclusion: Exclusion, digests: Digests
) -> ErasedPerson:
    tombstones = tombstones_of_exclusion(
        connection, exclusion.organization_id, exclusion.exclusion_id
    )
    return ErasedPerson(digests, tombstones)
