"""Dagster's instance in memory, for one run of a job in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def dagster_in_memory() -> Iterator[Any]:
    """`DagsterInstance.ephemeral()`, with one connection to its log of events. Its own opens and
    prepares a connection for each of the 1,200 transactions of a batch (0.16 of 2.1 CPU s).
    """
    import dagster as dg  # slow to import, and only a run needs it

    with dg.DagsterInstance.ephemeral() as instance:
        log: Any = instance.event_log_storage
        engine = sa.create_engine(
            log._engine.url,
            poolclass=sa.StaticPool,
            connect_args={"check_same_thread": False},  # dbt's threads log, too, one at a time
        )

        @contextmanager
        def connect() -> Iterator[sa.Connection]:
            with log._db_lock, engine.begin() as connection:
                yield connection

        log._connect = connect
        try:
            yield instance
        finally:
            engine.dispose()
