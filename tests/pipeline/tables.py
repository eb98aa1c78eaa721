"""What the pipeline derived, row by row, and which rows a batch has physically written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from integration.database.postgres import connect

Key = tuple[str, ...]
TABLES: dict[str, Key] = {
    "timeline.sessions": ("session_id",),
    "timeline.participants": ("session_id", "participant_id"),
    "timeline.activities": ("session_id", "user_id"),
    "operations.outcomes": ("session_id", "participant_id"),
}
CLIENTSIGHTS: dict[str, Key] = {
    "clientsights.people": ("person_id",),
    "clientsights.companies": ("company_id",),
    "intermediate.int_interactions": ("session_id", "user_id", "person_id"),
    "intermediate.int_company_sessions": ("session_id", "company_id"),
    "timeline.user_days": ("user_id", "day"),
    "intermediate.int_relationships": ("user_id", "person_id"),
    "intermediate.int_company_relationships": ("user_id", "company_id"),
}


@dataclass(frozen=True)
class Row:
    """`version` changes whenever the row is written again."""

    version: tuple[str, str]
    columns: dict[str, Any]


Snapshot = dict[Key, Row]


def take_snapshot(url: str, tables: Mapping[str, Key] = TABLES) -> Snapshot:
    """Every row of the tables, by table, organization and key."""
    snapshot = {}
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        for table, keys in tables.items():
            cursor.execute(f"select ctid::text, xmin::text, * from {table}")  # noqa: S608 - our own names
            for columns in cursor:
                version = (columns.pop("ctid"), columns.pop("xmin"))
                key = (table, columns["organization_id"], *(columns[name] for name in keys))
                assert key not in snapshot, key
                snapshot[key] = Row(version, columns)
    return snapshot


def written(before: Snapshot, after: Snapshot) -> set[Key]:
    """The keys of rows that were added, removed or written again, even with the same content."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def contents(snapshot: Snapshot) -> dict[Key, dict[str, Any]]:
    """The content of the rows, except for when they last changed."""
    return {
        key: {name: value for name, value in row.columns.items() if name != "updated_at"}
        for key, row in snapshot.items()
    }


def updated_at(snapshot: Snapshot) -> dict[Key, Any]:
    return {
        key: row.columns["updated_at"]
        for key, row in snapshot.items()
        if "updated_at" in row.columns
    }
