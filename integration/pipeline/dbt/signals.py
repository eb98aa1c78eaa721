"""Stops dbt and its statements in the database when a signal arrives."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integration.database.postgres import connect

SECONDS_TO_END = 5  # Postgres needs a moment to terminate a session


@contextmanager
def stop_dbt_on_signal(url: str) -> Iterator[list[int]]:
    """On a signal, terminates dbt's statements on the server, then dbt itself, like Ctrl-C. Yields
    the list of received signals. Dagster's own exception would leave the statements running.
    """
    received: list[int] = []

    def end(number: int, _frame: object) -> None:
        received.append(number)
        _terminate_sessions(url)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    former = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)


def _terminate_sessions(url: str) -> None:
    """Terminates the sessions of dbt's threads. dbt cannot: it acts as the role `pipeline`, but its
    sessions belong to the login.
    """
    from dbt.adapters.factory import FACTORY

    sessions = []
    for adapter in FACTORY.adapters.values():
        own = adapter.connections.get_if_exists()
        for each in adapter.connections.thread_connections.values():
            if each is not own and each.state == "open":
                sessions.append(each.handle.get_backend_pid())
    with connect(url, autocommit=True, at_any_schema=True) as connection:
        for pid in sessions:
            connection.execute("select pg_terminate_backend(%s, %s)", [pid, SECONDS_TO_END * 1000])
