"""All data about one person, as whole rows by table, for the person to read."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg

from integration.privacy.digests import Digests
from integration.privacy.exported_events import exported_events
from integration.privacy.exported_person import (
    PARTICIPANT_ID,
    ExportedPerson,
    exported_person,
    is_person_id,
)
from integration.privacy.exported_rows import Row, exported_row, other_people
from integration.privacy.registry import PersonalColumn, personal_columns
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.subjects import Subject

EVENTS = "zoom_raw.events"
# Copies of what other tables have, and what opens a page, which lasts 12 hours at most. Bodies of
# deliveries are kept only if they could not be read, so nobody knows whom they are about.
_LEFT_OUT = (
    "intermediate.",
    "pipeline.",
    "clientsights_raw.display_names",
    "clientsights_raw.email_address_moves",
    "ingress.deliveries",
    "integration.sign_in_links",
    "integration.page_sessions",
    EVENTS,  # has rows about several people: see exported_events
)
# Views, which the registry does not list, because an erasure re-derives them.
_OF_VIEWS = [
    PersonalColumn("clientsights.relationships", "user_id", "user_id", "derivation"),
    PersonalColumn("clientsights.relationships", "person_id", "text", "derivation"),
    PersonalColumn("clientsights.interactions", "user_id", "user_id", "derivation"),
    PersonalColumn("clientsights.interactions", "person_id", "text", "derivation"),
    PersonalColumn("clientsights.company_relationships", "user_id", "user_id", "derivation"),
]
# How callers, and participants without an address, are found.
_OF_PARTICIPANTS = [
    PersonalColumn("timeline.participants", PARTICIPANT_ID, "participant_uuid", "derivation"),
    PersonalColumn("operations.outcomes", PARTICIPANT_ID, "participant_uuid", "derivation"),
]


@dataclass(frozen=True)
class Export:
    """`tables` has the rows of each table that has some. `unreadable` are the tables that this
    connection may not read.
    """

    person: ExportedPerson
    tables: dict[str, list[dict[str, Any]]] = field(repr=False)
    unreadable: list[str]

    @property
    def document(self) -> dict[str, Any]:
        """The export as one JSON object."""
        return {
            **({"email": self.person.key} if self.person.key else {}),
            "organization_id": self.person.organization_id,
            "about": (
                "The data that WorkSights holds about you, by table, except the tables in "
                "not_included. Other people appear only as their role or their company."
            ),
            "not_included": self.unreadable,
            "tables": self.tables,
        }


def export_of(connection: psycopg.Connection, digests: Digests, subject: Subject) -> Export:
    """What is held about the person. `tables` is empty if that is nothing. The digests compare
    texts, and find numbers that are not kept in full if their key is that of the tombstones.
    """
    organization_id = digests.organization_id
    person = exported_person(connection, digests, subject)
    rows = PersonalRows(connection, organization_id)
    columns: dict[str, list[PersonalColumn]] = defaultdict(list)
    for column in [*personal_columns(), *_OF_VIEWS, *_OF_PARTICIPANTS]:
        if not column.table.startswith(_LEFT_OUT) and rows.exists(column):
            columns[column.table].append(column)
    readable = {table: own for table, own in columns.items() if rows.may_read(table)}
    found = {table: _rows_of(rows, own, person) for table, own in readable.items()}
    met = {
        str(row[column.column])
        for table, of_table in found.items()
        for column in readable[table]
        if is_person_id(column)
        for row in of_table
        if row[column.column] is not None
    } - {person.person_id}
    others = other_people(connection, organization_id, met)
    tables: dict[str, list[dict[str, Any]]] = {
        table: [exported_row(row, columns[table], person, others) for row in of_table]
        for table, of_table in found.items()
    }
    unreadable = [*(columns.keys() - readable.keys())]
    if rows.may_read(EVENTS):
        tables[EVENTS] = exported_events(connection, digests, person)
    else:
        unreadable.append(EVENTS)
    return Export(
        person, {table: tables[table] for table in sorted(tables) if tables[table]},
        sorted(unreadable),
    )  # fmt: skip


def _rows_of(
    rows: PersonalRows, columns: list[PersonalColumn], person: ExportedPerson
) -> list[Row]:
    """The rows of one table in which a column identifies the person."""
    values = {column: person.values_in(column) for column in columns}
    return rows.whole({column: own for column, own in values.items() if own})
