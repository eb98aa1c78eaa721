"""Stores tombstones: digests of erased values, so that these values are never stored again. The
database does not contain the values.
"""

from collections.abc import Collection, Iterable

import psycopg

from integration.database import rows


class WrongTombstoneKey(Exception):
    """The tombstones were created with another key, so erased people would not be recognized."""


def key_in_use(connection: psycopg.Connection) -> str | None:
    """The id of the key that the tombstones were created with; None while there are none."""
    row = connection.execute("select key_id from integration.tombstone_key").fetchone()
    return row[0] if row else None


def record_key(connection: psycopg.Connection, key_id: str) -> None:
    """Records the key of the first tombstone, which is then required for all."""
    connection.execute(
        "insert into integration.tombstone_key (key_id) values (%s) on conflict do nothing",
        [key_id],
    )


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
    connection: psycopg.Connection, organization_id: str, digests: Collection[str]
) -> dict[str, str]:
    """Digest -> person, for the digests that are tombstones."""
    found = connection.execute(
        """
        select digest, person from integration.tombstones
        where organization_id = %s and digest = any(%s)
        """,
        [organization_id, list(digests)],
    )
    return dict(found.fetchall())


def tombstones_of(
    connection: psycopg.Connection, organization_id: str, person: str
) -> dict[str, set[str]]:
    """Kind -> digests of one erased person."""
    found = connection.execute(
        """
        select kind, array_agg(digest) from integration.tombstones
        where organization_id = %s and person = %s
        group by kind
        """,
        [organization_id, person],
    )
    return {kind: set(digests) for kind, digests in found}


def add_tombstones(
    connection: psycopg.Connection,
    organization_id: str,
    tombstones: Iterable[tuple[str, str, str]],
) -> int:
    """Adds (kind, digest, person); returns how many were new. A digest keeps its first person."""
    kinds, digests, people = zip(*sorted(tombstones), strict=True) if tombstones else ((), (), ())
    return connection.execute(
        """
        insert into integration.tombstones (organization_id, kind, digest, person)
        select %s, kind, digest, person
        from unnest(%s::text[], %s::text[], %s::text[]) as added (kind, digest, person)
        on conflict do nothing
        """,
        [organization_id, list(kinds), list(digests), list(people)],
    ).rowcount
