"""A signal ends dbt, and what it is doing in the database."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integration.database.postgres import connect

SECONDS_TO_END = 5  # Postgres needs a moment to end a session


@contextmanager
def signals_end_dbt(url: str) -> Iterator[list[int]]:
    """A signal ends dbt's statements on the server, and then dbt as Ctrl-C does; gives the signals
    that came. Dagster's own exception would leave the statements running.
    """
    received: list[int] = []

    def end(number: int, _frame: object) -> None:
        received.append(number)
        _end_statements(url)
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


def _end_statements(url: str) -> None:
    """Ends the sessions of dbt's threads. dbt may not: it acts in the role `pipeline`, and its
    sessions are those of the login.
    """
    from dbt.adapters.factory import FACTORY

    sessions = []
    for adapter in FACTORY.adapters.values():
        own = adapter.connections.get_if_exists()
        for each in adapter.connections.thread_connections.values():
            if each is not own and each.state == "open":
                sessions.append(each.handle.get_backend_pid())
    with connect(url, autocommit=True) as connection:
        for pid in sessions:
            connection.execute("select pg_terminate_backend(%s, %s)", [pid, SECONDS_TO_END * 1000])
