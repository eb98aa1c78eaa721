"""A temporary home with its own embedded database. It does not use the machine's data and does not
call Zoom.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from integration.database import embedded, postgres
from integration.pipeline.migrate import migrate
from integration.settings import Settings


@contextmanager
def temporary_database() -> Iterator[tuple[str, dict[str, str]]]:
    """Yields the URL of a migrated, empty database, and the environment for its commands."""
    with tempfile.TemporaryDirectory(
        prefix="worksights-benchmark-", ignore_cleanup_errors=True
    ) as home:
        settings = Settings(home=Path(home), values={})
        url = postgres.database_url(settings)
        try:
            migrate(settings, url, say=print)
            yield url, _environment_for(home)
        finally:
            embedded.stop(settings.home)


def _environment_for(home: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "WORKSIGHTS_ZOOM_HOME": home,
        "ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "ZOOM_CLIENT_ID": "benchmark",
        "ZOOM_CLIENT_SECRET": "benchmark",
        "ZOOM_OAUTH_URL": "http://127.0.0.1:9",
        "ZOOM_API_URL": "http://127.0.0.1:9",
    }
