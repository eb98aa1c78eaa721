"""The embedded database while `up` runs: `up` starts it, restarts it, and stops it at the end."""

import contextlib
from collections.abc import Callable, Iterator

from integration.database import embedded, postgres
from integration.database.unavailable import DatabaseUnavailable
from integration.settings import Settings


@contextlib.contextmanager
def database_for(settings: Settings, *, say: Callable[[str], None]) -> Iterator[str]:
    """Yields the database's URL. At the end, stops an embedded server that this `up` started, or an
    earlier one that was killed.
    """
    started_here = settings.home / "postgres.started-by-up"
    if postgres.embedded_is_used(settings) and not embedded.is_running(settings.home):
        started_here.touch()
    url = postgres.database_url(settings)
    # Fails with a message here, not with a traceback elsewhere later.
    postgres.connect(url, at_any_schema=True).close()
    try:
        yield url
    finally:
        if started_here.exists():
            say("Stopping the database…")
            try:
                embedded.stop(settings.home)
                started_here.unlink()
            except KeyboardInterrupt:  # Ctrl-C again
                say("The database will stop in a moment.")


def restart_database(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Restarts an embedded database that has stopped; its address stays the same."""
    if postgres.embedded_is_used(settings) and not embedded.is_running(settings.home):
        say("The database has stopped. Restarting it…")
        try:
            embedded.url_of(settings.home)
        except DatabaseUnavailable as error:  # a process of the old server may still be running
            say(f"{error} Retrying…")
