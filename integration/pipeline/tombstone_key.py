"""Makes a database use the newer keys of TOMBSTONE_KEY, in its own batch under the writer's lock.

A process has the keys that it started with. With keys other than the database's, it compares
nothing, so processes may be restarted in any order afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import psycopg

from integration.database.postgres import connect, transaction
from integration.pipeline.batches import Batch, latest_batch_time, open_batch
from integration.pipeline.dbt.dev_schemas import drop_dev_schemas
from integration.pipeline.derive import derive_changes
from integration.pipeline.writer import only_writer
from integration.privacy.added_keys import (
    add_to_events,
    add_to_tombstones,
    lock_recorded_keys,
    replace_recorded_keys,
)
from integration.privacy.stored_tombstones import WrongTombstoneKey
from integration.privacy.tombstone_keys import (
    ids_of,
    newer_keys,
    recorded_keys,
    recorded_keys_in_snapshot,
    refusal,
    refuse_a_lost_record,
    refuse_a_wrong_record,
)
from integration.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True)
class Added:
    """How many rows got newer keys, and the batch in whose change set the events are, if any."""

    tombstones: int = 0
    events: int = 0
    batch: Batch | None = None


def keys_to_add(settings: Settings, url: str) -> tuple[str, ...] | None:
    """The keys that are set and that the database's digests do not have, the oldest first; None if
    there are no digests. WrongTombstoneKey if they were made with other keys. `url` is the owner's.
    """
    with connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        recorded = recorded_keys_in_snapshot(connection)
        return _keys_to_add(connection, recorded, settings.tombstone_keys)


def use_newer_keys(settings: Settings, url: str, *, say: Say) -> Added | None:
    """Adds the newer keys to all digests, and derives what depends on them again; None if there are
    none to add, because another operator was faster. After DerivationFailed, the keys are added,
    and the next batch derives the rest.
    """
    with only_writer(url, say=say) as writer:
        if not keys_to_add(settings, url):
            return None
        dropped = drop_dev_schemas(writer)  # their copies keep the older digests
        if dropped:
            say(f"Dropped the schemas of `worksights-zoom dbt`: {', '.join(dropped)}.")
        added = add_newer_keys(url, settings.tombstone_keys)
        if added.batch:
            say("Updating the affected tables…")
            derive_changes(writer, settings, url, added.batch)
    return added


def add_newer_keys(url: str, keys: tuple[str, ...]) -> Added:
    """Adds the newer ones of these keys to all digests, in one transaction. The caller must hold
    the writer's lock.
    """
    with transaction(url) as owner:
        lock_recorded_keys(owner)
        newer = _keys_to_add(owner, recorded_keys(owner), keys)
        if not newer:
            return Added()
        open_once = cache(lambda: _open_batch(owner))
        tombstones = add_to_tombstones(owner, newer)
        events = add_to_events(owner, newer, batch=lambda: open_once().number)
        replace_recorded_keys(owner, keys)
        return Added(tombstones, events, open_once() if events else None)


def _keys_to_add(
    connection: psycopg.Connection, recorded: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[str, ...] | None:
    if not recorded:
        refuse_a_lost_record(connection)
        return None
    newer = newer_keys(keys, recorded)
    if newer is None:
        raise WrongTombstoneKey(refusal(recorded, ids_of(keys)))
    refuse_a_wrong_record(connection, keys[len(newer) :])
    return newer


def _open_batch(connection: psycopg.Connection) -> Batch:
    now = datetime.now(UTC)
    return open_batch(connection, as_of=max(now, latest_batch_time(connection) or now), run_id=None)
