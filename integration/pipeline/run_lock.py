"""A lock that shows whether the process of a Dagster run still exists.

It belongs to the session that also holds the writer's lock, or waits for it, so it is released when
the process ends, for whatever reason. Dagster itself learns of the end only from the process or its
code server, which may have been killed, too.
"""

import hashlib

import psycopg

from integration.database import rows

RUN_LOCK = 7201_0004  # the first of two keys; the second one is the run's


def hold_run(connection: psycopg.Connection, run_id: str) -> None:
    """Holds the run's lock until the session ends."""
    connection.execute("select pg_advisory_lock_shared(%s, %s)", [RUN_LOCK, key_of(run_id)])


def held_runs(connection: psycopg.Connection) -> set[int]:
    """The keys of the runs whose processes have a session with this database."""
    query = """
        select objid::bigint from pg_locks
        where locktype = 'advisory' and classid = %(class)s::oid and objsubid = 2
            and database = (select oid from pg_database where datname = current_database())
    """
    return set(rows.scalars(connection, int, query, {"class": RUN_LOCK}))


def key_of(run_id: str) -> int:
    """Positive, because `pg_locks` shows the key as an unsigned number."""
    return int(hashlib.sha256(run_id.encode()).hexdigest()[:7], 16)
