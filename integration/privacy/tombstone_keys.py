"""Which keys the digests in the database were made with. Whoever makes digests to compare or store
them first requires the same keys, in the same transaction: with others, no one is recognized.
"""

from collections.abc import Sequence
from time import monotonic, sleep

import psycopg

from integration.database import rows
from integration.keys.recorded import key_id, record_key
from integration.privacy.digests import Digests, can_be_of
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.quantities import quantity

ROTATE = "worksights-zoom rotate-key tombstone"
WAIT_SECONDS = 10.0  # less than the page's 15 for a statement
PAUSE_SECONDS = 0.1
RECORDED = "select key_id from integration.keys where purpose = 'tombstone' and retired_at is null"
LOCKED = """
    select key_id from integration.keys where purpose = 'tombstone' and retired_at is null
    for share skip locked
"""


class KeysAreBeingReplaced(WrongTombstoneKey):
    """`rotate-key tombstone` is changing all digests, and nothing can be compared until it ends."""


def ids_of(keys: Sequence[str]) -> tuple[str, ...]:
    """The ids of keys, in their order."""
    return tuple(map(key_id, keys))


def recorded_keys(connection: psycopg.Connection) -> tuple[str, ...]:
    """The ids of the keys that the database's digests were made with, newest first; () if there
    are no digests. They do not change until the transaction ends. KeysAreBeingReplaced if a
    rotation takes too long to wait for it.
    """
    until = monotonic() + WAIT_SECONDS
    # A rotation retires the row and adds another. A statement that waited for it would see neither,
    # so each attempt is a new statement.
    while not (locked := rows.scalars(connection, str, LOCKED)):
        if not rows.scalars(connection, str, RECORDED):
            break
        if monotonic() > until:
            raise KeysAreBeingReplaced(
                f"`{ROTATE}` is adding a newer key to all digests now. Until it has ended, erased "
                "people would not be recognized. Try again then."
            )
        sleep(PAUSE_SECONDS)
    return _ids_in(locked)


def recorded_keys_in_snapshot(connection: psycopg.Connection) -> tuple[str, ...]:
    """The same for a transaction that only reads, and that sees one state of the database. It does
    not wait for a rotation.
    """
    return _ids_in(rows.scalars(connection, str, RECORDED))


def _ids_in(recorded: Sequence[str]) -> tuple[str, ...]:
    if len(recorded) > 1:
        raise WrongTombstoneKey(
            "The database has digests made with different values of TOMBSTONE_KEY, so erased "
            "people would not be recognized. Restore a backup from before."
        )
    return tuple(recorded[0].split(",")) if recorded else ()


def refuse_a_lost_record(connection: psycopg.Connection) -> None:
    """WrongTombstoneKey if there are tombstones although no keys are recorded: someone has deleted
    the record, and then any keys would do. The page may not read tombstones.
    """
    if rows.scalar(connection, bool, "select exists (select from integration.tombstones)"):
        raise WrongTombstoneKey(
            "integration.keys does not say which TOMBSTONE_KEY the tombstones were made with, so "
            "it cannot be checked that erased people are recognized. Restore its row from a backup "
            "that was made after the last rotation of the key."
        )


def require_recorded_keys(connection: psycopg.Connection, keys: Sequence[str]) -> None:
    """WrongTombstoneKey if the database has digests that were made with other keys, as far as they
    are recorded: that is all that the page may read.
    """
    recorded = recorded_keys(connection)
    if recorded and recorded != ids_of(keys):
        raise WrongTombstoneKey(refusal(recorded, ids_of(keys)))


def require_keys_of_digests(connection: psycopg.Connection, keys: Sequence[str]) -> None:
    """WrongTombstoneKey if the database has digests that were made with other keys, also if the
    record of the keys is lost, or is from another time than the tombstones.
    """
    if not recorded_keys(connection):
        refuse_a_lost_record(connection)
    require_recorded_keys(connection, keys)
    refuse_a_wrong_record(connection, keys)


def refuse_a_wrong_record(connection: psycopg.Connection, recorded: Sequence[str]) -> None:
    """WrongTombstoneKey if the tombstones were made with keys other than the recorded ones, because
    someone has restored an older record. All have the same keys, so one is enough.
    """
    sample = rows.scalars(connection, str, "select digest from integration.tombstones limit 1")
    if not all(can_be_of(digest, recorded) for digest in sample):
        raise WrongTombstoneKey(
            "The tombstones were made with keys other than the TOMBSTONE_KEY that integration.keys "
            "records, so erased people would not be recognized. Restore both tables from a backup "
            "that was made after the last rotation of the key, and set its newest value."
        )


def digests_to_store(
    connection: psycopg.Connection, organization_id: str, keys: tuple[str, ...]
) -> Digests:
    """The digests of an organization that is about to store some: their keys are recorded.
    WrongTombstoneKey if the database has digests that were made with other keys.
    """
    require_keys_of_digests(connection, keys)
    if not recorded_keys(connection):
        record_key(connection, "tombstone", ",".join(ids_of(keys)), process="pipeline")
    return Digests(keys, organization_id)


def newer_keys(keys: Sequence[str], ids: Sequence[str]) -> tuple[str, ...] | None:
    """The keys that were added to those with these ids, the oldest of them first; None if these
    are not the older part of the keys.
    """
    added = len(keys) - len(ids)
    if not ids or added < 0 or ids_of(keys)[added:] != tuple(ids):
        return None
    return tuple(keys[:added][::-1])


def refusal(recorded: tuple[str, ...], present: tuple[str, ...]) -> str:
    """Why the digests cannot be compared with these keys, and what to do about it."""
    if present[-len(recorded) :] == recorded:
        return (
            "TOMBSTONE_KEY has a newer key that this database does not use yet. To make the "
            f"database use it, run: {ROTATE}"
        )
    missing = [place for place, each in enumerate(recorded) if each not in present]
    if missing and len(recorded) == 1:
        next_step = "Restore the original key. To replace it, put the new key before it: NEW,OLD."
        if len(present) > 1:
            next_step += " If the original key has a comma, write it as \\,"
    elif missing:
        lacks = "the newest key" if missing == [0] else quantity(len(missing), "key")
        next_step = (
            f"It lacks {lacks} of the {len(recorded)} that the database was made with. Restore the "
            "newest value of the setting."
        )
    else:
        next_step = (
            "It has the right keys in another order, or others between them. Set them as "
            f"`{ROTATE}` did, the newest first."
        )
    return (
        "TOMBSTONE_KEY differs from the key used for earlier erasures, so erased people would not "
        f"be recognized. {next_step}"
    )
