"""Where Dagster keeps runs, events and ticks: its own storage in Postgres, with a connection that
is kept. Named in `dagster.yaml`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import DagsterPostgresException

from integration.database.address import Address, connection_error
from integration.database.postgres import database_url, embedded_is_used
from integration.logs import set_up_logs_of_dagster
from integration.settings import read_settings


class Storage(DagsterPostgresStorage):
    """Its parts share the process's connection. Dagster's own storage opens one for each
    transaction, 700 in a batch.
    """

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "Storage":
        """DatabaseUnavailable, with a message for operators, if the database does not answer."""
        set_up_logs_of_dagster()  # Dagster's processes and runs all open the storage first
        url = config_value["postgres_url"]
        try:
            storage = cls(url, inst_data=inst_data)
        except (DagsterPostgresException, sa.exc.OperationalError) as error:
            # Dagster's own error, after its last attempt, has the reason as its cause.
            reason = error.__cause__ if isinstance(error, DagsterPostgresException) else error
            if not isinstance(reason, sa.exc.OperationalError):
                raise
            raise connection_error(_address(url), reason.orig or reason) from None
        for part in (storage._run_storage, storage._event_log_storage, storage._schedule_storage):
            part._engine = _engine_of(storage.postgres_url)
        return storage


def _address(dagster_url: str) -> str:
    """The address to name in a message: that of the product, unless only Dagster's is set."""
    settings = read_settings()
    if embedded_is_used(settings):
        return Address(dagster_url, "DAGSTER_POSTGRES_URL")
    return database_url(settings, "pipeline")


@cache  # a process makes an instance of Dagster for each tick of a sensor
def _engine_of(url: str) -> sa.Engine:
    """A session that the server has ended, as when it was restarted, is noticed before it is used.
    Threads that need a connection at the same time get one of their own until they have finished.
    """
    return sa.create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=-1, pool_pre_ping=True
    )
