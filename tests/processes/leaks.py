"""What must not be outside the product's own tables, and the places where it could have got."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from dotenv import dotenv_values
from psycopg import sql

# Shorter texts, and those of one word, are also in sentences that have nothing to do with them.
LONG_ENOUGH = 12
SECRETS = (
    *("ENCRYPTION_KEY", "SESSION_KEY", "TOMBSTONE_KEY"),
    *("ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN"),
)
PERSONAL = """
    select email from timeline.participants
    union select display_name from timeline.participants
    union select topic from timeline.sessions
    union select email from worksights.users
    union select full_name from worksights.users
    union select email from zoom_raw.users
    union select display_name from zoom_raw.users
    union select email from clientsights.people
"""
# What Dagster keeps, and what batches and failures say of themselves.
TABLES = """
    select table_schema, table_name from information_schema.tables
    where table_type = 'BASE TABLE' and (
        table_schema = 'dagster'
        or (table_schema, table_name) in (
            ('pipeline', 'batches'), ('pipeline', 'run_failures'), ('pipeline', 'failures')
        )
    )
"""


def secrets_of(home: Path) -> set[str]:
    """The settings that `up` has made, and that nobody but a process may know."""
    made = dotenv_values(home / "keys.env")
    return {value for name in SECRETS if (value := made[name])}


def personal_data(connection: psycopg.Connection) -> set[str]:
    """Emails, names and topics of the installation."""
    texts = {text for (text,) in connection.execute(PERSONAL) if text}
    return {text for text in texts if len(text) >= LONG_ENOUGH and ("@" in text or " " in text)}


def stored_texts(connection: psycopg.Connection) -> Mapping[str, str]:
    """Table -> all its rows as text."""
    return {
        f"{schema}.{table}": "\n".join(
            row
            for (row,) in connection.execute(
                sql.SQL("select t::text from {} as t").format(sql.Identifier(schema, table))
            )
        )
        for schema, table in connection.execute(TABLES).fetchall()
    }


def written_files(home: Path) -> Iterator[tuple[str, str]]:
    """File -> its text: all below the home but the settings, the made-up users that the demo
    imports, and the database's own data.
    """
    for path in sorted(home.rglob("*")):
        place = path.relative_to(home)
        is_data = place.parts[0] == "postgres" and place.parts[1:2] != ("logs",)
        if path.is_file() and not is_data and place.name not in ("keys.env", "demo-users.csv"):
            yield str(place), path.read_text(encoding="utf-8", errors="replace")


def found_in(places: Mapping[str, str], needles: set[str]) -> list[tuple[str, str]]:
    """(place, the text that must not be there)"""
    return [(place, each) for place, text in places.items() for each in needles if each in text]
