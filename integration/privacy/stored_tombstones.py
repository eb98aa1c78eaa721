"""Stores tombstones: digests of erased values, so that these values are never stored again. The
database does not contain the values.
"""

from collections.abc import Collection, Iterable

import psycopg

from integration.database import rows


class WrongTombstoneKey(Exception):
    """The digests were made with other keys, so erased people would not be recognized."""


class NoTombstoneKey(Exception):
    """An organization's settings need TOMBSTONE_KEY, which is not set. Others need none."""


def organizations_with_tombstones(
    connection: psycopg.Connection, organizations: Collection[str]
) -> set[str]:
    """The organizations in which someone was erased."""
    return set(
        rows.scalars(
            connection,
            str,
            """
        select asked.organization_id from unnest(%s::text[]) as asked (organization_id)
        where exists (
            select from integration.tombstones
            where tombstones.organization_id = asked.organization_id
        )
        """,
            [sorted(organizations)],
        )
    )


def known_tombstones(
    connection: psycopg.Connection,
    organization_id: str,
    digests: Collection[str],
    *,
    of_erasures_only: bool = False,
) -> dict[str, str]:
    """Digest -> person, for the digests that are tombstones. That of an erasure comes first."""
    found = connection.execute(
        """
        select digest, person from integration.tombstones
        where organization_id = %s and digest = any(%s) and (exclusion_id = 0 or not %s)
        order by exclusion_id desc
        """,
        [organization_id, list(digests), of_erasures_only],
    )
    return dict(found.fetchall())


def exclusions_of_people(
    connection: psycopg.Connection, organization_id: str, people: Collection[str]
) -> tuple[dict[str, int], frozenset[str]]:
    """(person -> the exclusion because of which they are never stored, those who were erased, too)
    of these people.
    """
    found = connection.execute(
        """
        select person, min(exclusion_id) filter (where exclusion_id <> 0), min(exclusion_id) = 0
        from integration.tombstones
        where organization_id = %s and person = any(%s)
        group by person
        """,
        [organization_id, list(people)],
    ).fetchall()
    return (
        {person: exclusion_id for person, exclusion_id, _ in found if exclusion_id is not None},
        frozenset(person for person, _, is_erased in found if is_erased),
    )


def keep_tombstones(connection: psycopg.Connection, organization_id: str, person: str) -> None:
    """Keeps what is known of an erased person only because they were never stored."""
    connection.execute(
        """
        insert into integration.tombstones (organization_id, kind, digest, person, exclusion_id)
        select distinct on (digest) organization_id, kind, digest, person, 0
        from integration.tombstones
        where organization_id = %s and person = %s and exclusion_id <> 0
        on conflict do nothing
        """,
        [organization_id, person],
    )


def delete_tombstones_of_exclusions(
    connection: psycopg.Connection, exclusion_ids: Collection[int]
) -> None:
    """Deletes the tombstones of exclusions that are no longer in force."""
    connection.execute(
        "delete from integration.tombstones where exclusion_id <> 0 and exclusion_id = any(%s)",
        [list(exclusion_ids)],
    )


def delete_tombstones_without_exclusion(
    connection: psycopg.Connection, organization_id: str
) -> None:
    """Deletes the tombstones of exclusions that an erasure has deleted, because they named the
    person.
    """
    connection.execute(
        """
        delete from integration.tombstones
        where organization_id = %s and exclusion_id <> 0 and not exists (
            select from integration.exclusions
            where exclusions.exclusion_id = tombstones.exclusion_id
        )
        """,
        [organization_id],
    )


def tombstones_of(
    connection: psycopg.Connection, organization_id: str, people: Collection[str]
) -> dict[str, set[str]]:
    """Kind -> digests of these erased people."""
    found = connection.execute(
        """
        select kind, array_agg(digest) from integration.tombstones
        where organization_id = %s and person = any(%s)
        group by kind
        """,
        [organization_id, list(people)],
    )
    return {kind: set(digests) for kind, digests in found}


def tombstones_of_exclusion(
    connection: psycopg.Connection, organization_id: str, exclusion_id: int
) -> dict[str, set[str]]:
    """Kind -> digests of everyone whom one exclusion applies to."""
    found = connection.execute(
        """
        select kind, array_agg(digest) from integration.tombstones
        where organization_id = %s and exclusion_id = %s
        group by kind
        """,
        [organization_id, exclusion_id],
    )
    return {kind: set(digests) for kind, digests in found}


def add_tombstones(
    connection: psycopg.Connection,
    organization_id: str,
    tombstones: Iterable[tuple[str, str, str, int]],
) -> int:
    """Adds (kind, digest, person, exclusion_id); returns how many were new. A digest keeps its
    first person.
    """
    added = sorted(tombstones)
    return connection.execute(
        """
        insert into integration.tombstones (organization_id, kind, digest, person, exclusion_id)
        select %s, kind, digest, person, exclusion_id
        from unnest(%s::text[], %s::text[], %s::text[], %s::bigint[])
            as added (kind, digest, person, exclusion_id)
        on conflict do nothing
        """,
        [organization_id, *([each[n] for each in added] for n in range(4))],
    ).rowcount
