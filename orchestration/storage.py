"""Where Dagster keeps runs, events and ticks: its own storage in Postgres, with a connection that
is kept. Named in `dagster.yaml`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from dagster_postgres import DagsterPostgresStorage

from integration.logs import set_up_logs_of_dagster


class Storage(DagsterPostgresStorage):
    """Its parts share the process's connection. Dagster's own storage opens one for each
    transaction, 700 in a batch.
    """

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "Storage":
        set_up_logs_of_dagster()  # Dagster's processes and runs all open the storage first
        storage = cls(config_value["postgres_url"], inst_data=inst_data)
        for part in (storage._run_storage, storage._event_log_storage, storage._schedule_storage):
            part._engine = _engine_of(storage.postgres_url)
        return storage


@cache  # a process makes an instance of Dagster for each tick of a sensor
def _engine_of(url: str) -> sa.Engine:
    """A session that the server has ended, as when it was restarted, is noticed before it is used.
    Threads that need a connection at the same time get one of their own until they have finished.
    """
    return sa.create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=-1, pool_pre_ping=True
    )
