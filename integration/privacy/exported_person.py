"""Whose data is exported: one person of one organization, with the ids linked to their address.

Unlike an erasure, an export does not go by names and numbers alone: they may be another person's.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import psycopg

from integration.database import rows
from integration.identity.ids import person_id
from integration.privacy.landed_events import zoom_users_with_addresses
from integration.privacy.registry import PersonalColumn
from integration.privacy.texts import keys_in


@dataclass(frozen=True)
class ExportedPerson:
    """`addresses` are all known spellings. A person who is no user has no ids but `person_id`."""

    organization_id: str
    key: str = field(repr=False)
    user_ids: frozenset[str] = field(repr=False)
    zoom_user_ids: frozenset[str] = field(repr=False)
    addresses: frozenset[str] = field(repr=False)

    @property
    def person_id(self) -> str:
        """Their id among the people outside the organization."""
        return person_id(self.organization_id, self.key)

    def values_in(self, column: PersonalColumn) -> Collection[str]:
        """The values that identify the person in a column; none in columns of other kinds."""
        match column.holds:
            case "user_id":
                return self.user_ids
            case "zoom_user_id":
                return self.zoom_user_ids
            case "person_key":
                return self.addresses
        return {self.person_id} if is_person_id(column) else ()

    def is_in(self, column: PersonalColumn, value: object) -> bool:
        """Whether a value of this column identifies the person."""
        if column.holds == "person_key":
            return self.key in keys_in(str(value))
        if column.holds == "text":
            return str(value) in {*self.user_ids, *self.zoom_user_ids, self.person_id}
        return str(value) in self.values_in(column)


def is_person_id(column: PersonalColumn) -> bool:
    return column.column.endswith("person_id")


def exported_person(
    connection: psycopg.Connection, organization_id: str, key: str
) -> ExportedPerson:
    """The person with this key, by their current addresses."""
    users = _with_key(
        key,
        connection.execute(
            "select user_id, email from worksights.users where organization_id = %s",
            [organization_id],
        ).fetchall(),
    )
    imported = connection.execute(
        """
        select distinct on (zoom_user_id) zoom_user_id, coalesce(email, '') from zoom_raw.users
        where organization_id = %s
        order by zoom_user_id, imported_at desc
        """,
        [organization_id],
    ).fetchall()
    zoom_users = _with_key(
        key, [*imported, *zoom_users_with_addresses(connection, organization_id, None)]
    )
    seen = rows.scalars(
        connection,
        str,
        "select address from clientsights_raw.email_addresses "
        "where organization_id = %s and person_key = %s",
        [organization_id, key],
    )
    written = rows.scalars(
        connection,
        str,
        "select email_or_domain from integration.exclusions where organization_id = %s",
        [organization_id],
    )
    addresses = {key, *seen, *(email for _, email in (*users, *zoom_users))}
    addresses |= {text for text in written if key in keys_in(text)}
    return ExportedPerson(
        organization_id,
        key,
        frozenset(user_id for user_id, _ in users),
        frozenset(zoom_user_id for zoom_user_id, _ in zoom_users),
        frozenset(addresses),
    )


def _with_key(key: str, listed: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(one, email) for one, email in listed if key in keys_in(email)]
