"""Whose data is exported: one person of one organization, with the ids linked to their address.

Unlike an erasure, an export does not go by names alone: they may be another person's.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

import psycopg

from integration.database import rows
from integration.identity.ids import person_id
from integration.privacy.digests import Digests
from integration.privacy.landed_events import zoom_users_with_addresses
from integration.privacy.participants import legs_named, participants_on_legs
from integration.privacy.registry import PersonalColumn
from integration.privacy.sides import sides_with_number
from integration.privacy.subjects import Subject
from integration.privacy.texts import digits_of, keys_in

PARTICIPANT_ID = "participant_id"


@dataclass(frozen=True)
class ExportedPerson:
    """`addresses` are all known spellings, also of a number in exclusions. A person who is not a
    user has no ids but `person_id`; a caller, or a participant without an address, has only
    participants and sessions.
    """

    organization_id: str
    subject: Subject
    user_ids: frozenset[str] = field(default=frozenset(), repr=False)
    zoom_user_ids: frozenset[str] = field(default=frozenset(), repr=False)
    addresses: frozenset[str] = field(default=frozenset(), repr=False)
    participant_ids: frozenset[str] = field(default=frozenset(), repr=False)
    session_ids: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def key(self) -> str | None:
        """Their person key; None for a caller, or a participant without an address."""
        return next(iter(self.subject.values("person_key")), None)

    @property
    def person_id(self) -> str | None:
        """Their id among the people outside the organization."""
        return person_id(self.organization_id, self.key) if self.key else None

    def values_in(self, column: PersonalColumn) -> Collection[str]:
        """The values that identify the person in a column; none in columns of other kinds."""
        if column.column == PARTICIPANT_ID:
            return self.participant_ids
        match column.holds:
            case "user_id":
                return self.user_ids
            case "zoom_user_id":
                return self.zoom_user_ids
            case "person_key":
                return self.addresses
        return {self.person_id} if self.person_id and is_person_id(column) else ()

    def is_in(self, column: PersonalColumn, value: object) -> bool:
        """Whether a value of this column identifies the person."""
        if column.holds == "person_key":
            return str(value) in self.addresses or self.key in keys_in(str(value))
        if column.holds == "text":
            return str(value) in {*self.user_ids, *self.zoom_user_ids, self.person_id}
        return str(value) in self.values_in(column)


def is_person_id(column: PersonalColumn) -> bool:
    return column.column.endswith("person_id")


def exported_person(
    connection: psycopg.Connection, digests: Digests, subject: Subject
) -> ExportedPerson:
    """The person with all that is linked to them now."""
    organization_id = digests.organization_id
    keys = subject.values("person_key")
    if keys:
        return _with_address(connection, organization_id, subject, min(keys))
    legs = [(each.session_id, each.value) for each in subject.facts if each.session_id]
    numbers = subject.values("phone_number")
    for number in numbers:
        sides = sides_with_number(connection, digests, number)
        legs += [(each.session_id, each.side) for each in sides]
        legs += legs_named(connection, organization_id, number)
    return ExportedPerson(
        organization_id,
        subject,
        zoom_user_ids=frozenset(subject.values("zoom_user_id")),
        addresses=frozenset(
            text for text in _excluded(connection, organization_id) if digits_of(text) in numbers
        ),
        participant_ids=frozenset(participants_on_legs(connection, organization_id, legs)),
        session_ids=frozenset(session for session, _ in legs),
    )


def _with_address(
    connection: psycopg.Connection, organization_id: str, subject: Subject, key: str
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
    addresses = {key, *seen, *(email for _, email in (*users, *zoom_users))}
    addresses |= {text for text in _excluded(connection, organization_id) if key in keys_in(text)}
    return ExportedPerson(
        organization_id,
        subject,
        frozenset(user_id for user_id, _ in users),
        frozenset(zoom_user_id for zoom_user_id, _ in zoom_users),
        frozenset(addresses),
    )


def _with_key(key: str, listed: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(one, email) for one, email in listed if key in keys_in(email)]


def _excluded(connection: psycopg.Connection, organization_id: str) -> list[str]:
    """Whom the organization excludes, as it is written."""
    return rows.scalars(
        connection,
        str,
        "select email_or_domain from integration.exclusions where organization_id = %s",
        [organization_id],
    )
