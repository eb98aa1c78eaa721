"""One database session for all models of a dbt run. Importing this imports dbt, which takes 2 s."""

from typing import Any

from dbt.adapters.contracts.connection import Connection, ConnectionState, LazyHandle
from dbt.adapters.postgres.connections import PostgresConnectionManager
from psycopg.pq import TransactionStatus


class OneSession(PostgresConnectionManager):
    """Keeps a model's session for the next model when it is done. dbt opens a new one for each.

    A new session has to read the catalog again, and load the functions that it calls. What a model
    leaves undone is rolled back first, so the next one finds the session as if it were new: our
    models create no temporary table and set nothing beyond their transaction.
    """

    def __init__(self, profile: Any, mp_context: Any) -> None:
        super().__init__(profile, mp_context)  # type: ignore[no-untyped-call]
        self._idle: Any = None  # psycopg2's connection

    def set_connection_name(self, name: str | None = None) -> Connection:
        connection = super().set_connection_name(name)
        if connection.state != ConnectionState.OPEN:
            connection.handle = LazyHandle(self._opened)
        return connection

    def release(self) -> None:
        connection = self.get_if_exists()
        if connection is not None and connection.state == ConnectionState.OPEN:
            self._keep(connection)
        super().release()

    def add_commit_query(self) -> None:
        """dbt's own method sends `commit` as a statement. psycopg2 does not notice it and starts no
        new transaction, so the server commits each later statement on its own. The view
        materialization drops the previous view in this state.
        """
        handle = self.get_thread_connection().handle
        with self.exception_handler("commit"):
            handle.commit()
        handle.autocommit = True

    def cleanup_all(self) -> None:
        super().cleanup_all()
        with self.lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.close()

    def _opened(self, connection: Connection) -> Connection:
        with self.lock:
            idle, self._idle = self._idle, None
        if idle is None:
            self.open(connection)  # type: ignore[no-untyped-call]
            connection.handle.commit()  # or a rollback would end `set role`, too
        else:
            connection.handle, connection.state = idle, ConnectionState.OPEN
        return connection

    def _keep(self, connection: Connection) -> None:
        """Keeps the session if it works and none is kept yet. Otherwise dbt closes it."""
        handle = connection.handle
        self._rollback_handle(connection)
        if handle.info.transaction_status != TransactionStatus.IDLE:
            return
        with self.lock:
            if self._idle is None:
                handle.autocommit = False
                self._idle = handle
                connection.handle, connection.state = None, ConnectionState.CLOSED
                connection.transaction_open = False
