"""A database of many worlds: side by side, all of them cost the same few batches."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.laws.driver import Pipeline, pipeline


@pytest.fixture(scope="module")
def product(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """An installation on an empty database, for all tests of a module."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("create database laws template template_worksights")
        connection.execute("grant create on database laws to pipeline")
        home: Path = tmp_path_factory.mktemp("laws")
        with pipeline(urlsplit(server_url)._replace(path="/laws").geturl(), home=home) as made:
            yield made
        connection.execute("drop database laws with (force)")
