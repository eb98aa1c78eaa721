"""The affiliation of an erased person. Their participants keep it, without a name, so that the
hours that colleagues spent with outsiders stay what they were (contract, 5.14).

A colleague has a mark among the tombstones, because later events do not say that they were one. So
has someone without an address or a Zoom user, whom at most a call's number makes external. Everyone
else was external.
"""

from collections.abc import Collection, Iterable

import psycopg

from integration.database import rows
from integration.privacy.digests import Digests
from integration.privacy.redaction import Affiliation, Tombstone

MARKS: tuple[Affiliation, ...] = ("unknown", "internal")


def new_marks(
    connection: psycopg.Connection, digests: Digests, tombstones: Iterable[Tombstone]
) -> set[Tombstone]:
    """The marks of the people of new tombstones: of colleagues, by their current address, and of
    those who are known by their number itself. A Zoom user id does not count, because its address
    may arrive later.
    """
    found = [each for each in tombstones if each.value]
    keys = [each.value for each in found if each.kind == "person_key"]
    ours = _keys_of_colleagues(connection, digests.organization_id, keys)
    return {
        _mark(digests, each.person, "internal", exclusion_id=each.exclusion_id)
        for each in found
        if each.kind == "user_id" or (each.kind == "person_key" and each.value in ours)
    } | {
        _mark(digests, each.person, "unknown", exclusion_id=each.exclusion_id)
        for each in found
        if each.kind == "phone_number" and each.person == each.digest
    }


def marks_of_participant(
    connection: psycopg.Connection, digests: Digests, person: str, zoom_user_ids: Collection[str]
) -> set[Tombstone]:
    """The marks of someone who is known by the legs of a session and perhaps by a Zoom user, whose
    address no one knows.
    """
    if not zoom_user_ids:
        return {_mark(digests, person, "unknown")}
    is_ours = _is_zoom_user_of_ours(connection, digests.organization_id, zoom_user_ids)
    return {_mark(digests, person, "internal")} if is_ours else set()


def marks_of(digests: Digests, people: Collection[str]) -> dict[str, tuple[str, Affiliation]]:
    """Digest -> (person, affiliation): the marks that these people may have. A colleague stays one
    whatever else is known, so that mark comes last.
    """
    return {
        _mark(digests, person, affiliation).digest: (person, affiliation)
        for affiliation in MARKS
        for person in people
    }


def _mark(
    digests: Digests, person: str, affiliation: Affiliation, *, exclusion_id: int = 0
) -> Tombstone:
    digest = digests.of_person(f"affiliation_{affiliation}", person)
    return Tombstone("affiliation", digest, person, "", exclusion_id)


def _keys_of_colleagues(
    connection: psycopg.Connection, organization_id: str, keys: list[str]
) -> set[str]:
    """Those of WorkSights users, and at own domains."""
    return set(
        rows.scalars(
            connection,
            str,
            """
            select keys.value
            from unnest(%(keys)s::text[]) as keys (value)
            where exists (
                    select from worksights.users
                    where users.organization_id = %(organization)s
                        and lower(btrim(users.email) collate "C") = keys.value
                )
                or exists (
                    select from clientsights_raw.email_addresses as addresses
                    where addresses.organization_id = %(organization)s
                        and addresses.address = keys.value
                        and addresses.kind in ('user', 'internal')
                )
                or exists (
                    select from pipeline.settings
                    where settings.organization_id = %(organization)s
                        and settings.kind = 'own_domain'
                        and facts.matches_address_or_domain(keys.value, settings.subject)
                )
            """,
            {"organization": organization_id, "keys": keys},
        )
        if keys
        else ()
    )


def _is_zoom_user_of_ours(
    connection: psycopg.Connection, organization_id: str, zoom_user_ids: Collection[str]
) -> bool:
    """Whether one of them is mapped, or imported without an email."""
    return rows.scalar(
        connection,
        bool,
        """
        select exists (
            select from pipeline.settings
            where organization_id = %s and subject = any(%s)
                and (
                    kind = 'zoom_user_without_email'
                    or kind = 'mapping' and value <> '' and upper_inf(valid)
                )
        )
        """,
        [organization_id, list(zoom_user_ids)],
    )
