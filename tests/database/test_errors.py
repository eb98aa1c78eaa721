"""Database errors appear in logs and in Dagster's runs, so they do not repeat rows."""

import psycopg
import pytest

from integration.database.postgres import connect

INSERT = "insert into worksights.organizations (organization_id, name) values (%s, 'x')"


def test_a_refused_row_is_not_repeated(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute(INSERT, ["ann@firm.example"])
        with pytest.raises(psycopg.errors.UniqueViolation, match="duplicate key") as refusal:
            connection.execute(INSERT, ["ann@firm.example"])
    assert "ann@" not in str(refusal.value)


def test_a_refused_row_of_many_is_not_repeated(database_url: str) -> None:
    with (
        connect(database_url) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg.errors.UniqueViolation) as refusal,
    ):
        cursor.executemany(INSERT, [["ann@firm.example"], ["ann@firm.example"]])
    assert "ann@" not in str(refusal.value)


def test_a_refused_row_of_a_copy_is_not_repeated(database_url: str) -> None:
    with (
        connect(database_url) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg.errors.NotNullViolation) as refusal,
        cursor.copy("copy worksights.organizations (organization_id, name) from stdin") as copy,
    ):
        copy.write_row(("ann@firm.example", None))
    assert "ann@" not in str(refusal.value)
