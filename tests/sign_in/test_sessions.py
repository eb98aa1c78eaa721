"""A session has the product's settings, whatever the defaults of the database."""

from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from integration.database.address import SESSION, conninfo, libpq_environment
from integration.database.postgres import connect
from integration.web.page.pool import page_pool

DEFAULTS = {"transaction_timeout": "1s", "statement_timeout": "2s", "lock_timeout": "3s"}


@pytest.fixture
def odd_url(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as owner:
        for name, value in DEFAULTS.items():
            owner.execute(
                SQL("alter database {} set {} = {}").format(
                    Identifier(owner.info.dbname), Identifier(name), value
                )
            )
    return database_url


def limits(connection: psycopg.Connection) -> list[str]:
    with connection.transaction():
        return [connection.execute(f"show {name}").fetchone()[0] for name in DEFAULTS]


@pytest.mark.parametrize("autocommit", [True, False])
def test_no_limit_of_the_database_applies(odd_url: str, autocommit: bool) -> None:
    with connect(odd_url, role="pipeline", autocommit=autocommit) as connection:
        assert limits(connection) == ["0", "0", "0"]


def test_the_page_has_its_own_limit_and_no_other(odd_url: str) -> None:
    with page_pool(odd_url) as pool, pool.connection() as connection:
        assert limits(connection) == ["0", "15s", "0"]


def test_a_limit_in_the_address_stays(odd_url: str) -> None:
    with connect(f"{odd_url}&options=-c%20statement_timeout%3D7s") as connection:
        assert limits(connection) == ["0", "7s", "0"]


def test_dbt_gets_the_same_session(database_url: str, tmp_path: Path) -> None:
    options = libpq_environment(database_url, folder=tmp_path)["PGOPTIONS"]
    assert options == psycopg.conninfo.conninfo_to_dict(conninfo(database_url))["options"]
    assert all(f"-c {name}=" in options for name in SESSION)
