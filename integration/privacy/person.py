"""Erases one person of one organization from everything except derived tables."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import psycopg

from integration.privacy import lookups as erasure
from integration.privacy.account import delete_orphans
from integration.privacy.affiliations import marks_of_participant
from integration.privacy.applied_tombstones import digests_in_body
from integration.privacy.digests import Digests
from integration.privacy.erasure_requests import finish_requests
from integration.privacy.forgetting import Redactor
from integration.privacy.landed_events import zoom_users_with_addresses
from integration.privacy.matching import ErasedPerson
from integration.privacy.proof import namesakes, topics_of
from integration.privacy.redaction import Tombstone
from integration.privacy.registry import personal_columns
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.stored_tombstones import (
    add_tombstones,
    delete_tombstones_without_exclusion,
    keep_tombstones,
    known_tombstones,
    tombstones_of,
)
from integration.privacy.subjects import Subject
from integration.privacy.texts import digits_of, keys_in, name_of


@dataclass(frozen=True)
class ErasureResult:
    """`removed` counts rows by table. `texts` were found about the person, for verification."""

    person: ErasedPerson
    removed: Counter[str]
    texts: set[str] = field(repr=False)


def erase_person(
    connection: psycopg.Connection,
    batch: int,
    digests: Digests,
    subject: Subject,
    *,
    clear_topics: bool,
) -> ErasureResult:
    """Stores tombstones, and removes the person from landed events, settings and users, in the
    caller's transaction. The settings must have been copied before, because the emails of Zoom
    users are read from the copy.
    """
    organization_id = digests.organization_id
    person = subject.person(digests)
    zoom_users = _zoom_users(connection, organization_id, subject)
    redactor = Redactor(connection, batch, digests)
    redactor.add(subject.tombstones(digests))
    keep_tombstones(connection, organization_id, person)
    if subject.identified_by == "leg":
        own = subject.values("zoom_user_id")
        redactor.add(marks_of_participant(connection, digests, person, own))
    redactor.add(initial_tombstones(connection, digests, subject, zoom_users))
    sides = erasure.sides_of_extensions(connection, organization_id, zoom_users)
    redactor.add(
        Tombstone("leg", digests.of("leg", side, session_id=session), person, side)
        for session, side in sides
    )
    redactor.redact_sessions(sorted({*subject.session_ids, *(session for session, _ in sides)}))
    redactor.redact_landed()
    rows = PersonalRows(connection, organization_id)
    if clear_topics:
        topics = topics_of(known_person(connection, digests, subject), rows)
        redactor.add(
            Tombstone("topic", digests.of("topic", topic), person, topic) for topic in topics
        )
        redactor.redact_landed()
    erased = known_person(connection, digests, subject)
    users = erasure.users_with_addresses(connection, organization_id, subject.values("person_key"))
    finish_requests(connection, organization_id, [user.user_id for user in users])
    removed = redactor.removed + remove_rows(rows, erased)
    delete_tombstones_without_exclusion(connection, organization_id)
    removed += delete_orphans(connection, organization_id)  # names that are no longer in any event
    return ErasureResult(erased, removed, redactor.texts)


def erase_again(
    connection: psycopg.Connection,
    batch: int,
    digests: Digests,
    person: str,
    tombstones: Collection[tuple[str, str]],
) -> ErasureResult:
    """Removes a person whose tombstones (kind, digest) were kept from a database that does not know
    them, in the caller's transaction. No one has to say who it is: the digests of everything in the
    database are compared.
    """
    organization_id = digests.organization_id
    add_tombstones(
        connection, organization_id, {(kind, digest, person, 0) for kind, digest in tombstones}
    )
    redactor = Redactor(connection, batch, digests)
    redactor.redact_landed()
    redactor.redact_sessions(erasure.sessions(connection, organization_id))
    redactor.redact_landed()
    found = tombstones_of(connection, organization_id, [person])
    keys = {
        key
        for key in erasure.person_keys(connection, organization_id)
        if digests.of("person_key", key) in found.get("person_key", set())
    }
    erased = ErasedPerson(digests, found, frozenset(keys))
    users = erasure.users_with_addresses(connection, organization_id, keys)
    finish_requests(connection, organization_id, [user.user_id for user in users])
    rows = PersonalRows(connection, organization_id)
    removed = redactor.removed + remove_rows(rows, erased)
    delete_tombstones_without_exclusion(connection, organization_id)
    removed += delete_orphans(connection, organization_id)
    result = ErasureResult(erased, removed, redactor.texts | keys)
    result.removed["dagster"] += remove_from_runs(rows, result)
    return result


def known_person(
    connection: psycopg.Connection, digests: Digests, subject: Subject
) -> ErasedPerson:
    """The person with their stored tombstones, also those of an earlier erasure that knew them by
    something else.
    """
    organization_id = digests.organization_id
    own = [each.digest for each in subject.tombstones(digests)]
    people = {subject.person(digests), *known_tombstones(connection, organization_id, own).values()}
    return ErasedPerson(
        digests,
        tombstones_of(connection, organization_id, people),
        frozenset(subject.values("person_key")),
        subject.session_ids,
    )


def remove_from_runs(rows: PersonalRows, erased: ErasureResult) -> int:
    """Removes what Dagster may have stored about the person; returns the number of rows."""
    removed = 0
    for column in rows.columns_of_runs():
        pieces = {
            piece
            for piece in rows.addresses_in(column)
            if erased.person.matches("person_key", piece)
        }
        removed += rows.remove_with(column, erased.texts | pieces)
    return removed


def initial_tombstones(
    connection: psycopg.Connection, digests: Digests, subject: Subject, zoom_users: set[str]
) -> list[Tombstone]:
    """Tombstones of the person's ids, names and numbers in user lists and calls."""
    organization_id = digests.organization_id
    keys = subject.values("person_key")
    users = erasure.users_with_addresses(connection, organization_id, keys)
    facts: list[tuple[str, str | None]] = [("zoom_user_id", each) for each in zoom_users]
    facts += [("user_id", user.user_id) for user in users]
    names = [user.full_name for user in users]
    names += erasure.names_of_zoom_users(connection, organization_id, zoom_users)
    facts += [("name", name_of(name)) for name in names]
    numbers = erasure.phone_numbers(connection, organization_id)
    own = {
        digits_of(number)
        for number, zoom_user_id, email in numbers
        if zoom_user_id in zoom_users or keys & keys_in(email)
    }
    own -= {
        digits_of(number)
        for number, zoom_user_id, email in numbers
        if (zoom_user_id or email) and zoom_user_id not in zoom_users and not keys & keys_in(email)
    }
    facts += [("phone_number", number) for number in own]
    person = subject.person(digests)
    return [
        Tombstone(kind, digests.of(kind, value), person, value) for kind, value in facts if value
    ]


def _zoom_users(connection: psycopg.Connection, organization_id: str, subject: Subject) -> set[str]:
    """The ids of the Zoom users with a current address of the person, and the person's own."""
    keys = subject.values("person_key")
    addresses = zoom_users_with_addresses(connection, organization_id, None)
    with_address = {zoom_user_id for zoom_user_id, email in addresses if keys & keys_in(email)}
    return with_address | subject.values("zoom_user_id")


def remove_rows(rows: PersonalRows, person: ErasedPerson) -> Counter[str]:
    """Removes rows and values by the registry, except those in events and runs."""
    removed: Counter[str] = Counter()
    columns = [each for each in personal_columns() if each.erased_by in ("row", "blank")]
    for column in (each for each in columns if each.holds != "name"):
        if column.holds == "body":
            own = set().union(*person.tombstones.values())
            removed[column.table] += rows.delete_bodies(
                [
                    delivery_id
                    for delivery_id, body in rows.bodies(column)
                    if digests_in_body(person.digests, body) & own
                ]
            )
            continue
        own = {text for _, text in rows.texts(column) if person.matches(column.holds, text)}
        removed[column.table] += rows.remove(column, own)
    shared = namesakes(person, rows)  # only now, when the person's own rows are removed
    for column in (each for each in columns if each.holds == "name"):
        own = {text for _, text in rows.texts(column) if person.matches("name", text)}
        removed[column.table] += rows.remove(column, own - shared)
    return removed
