"""Checks and exports the audit trail.

Every row has the hash of the row before it. What an erasure has emptied is in the hash as a digest,
so the chain is whole after it. A row that was changed, removed or inserted is found by its number,
and so are missing rows at the end. Someone who can disable triggers and rewrite every later row is
found only by a hash that was exported before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from integration.database import rows

# The values of emptied columns: see EMPTY_VALUES of the registry's rows.
_PROBLEMS = """
    with chained as (
        select
            entries, entries.number,
            lag(entries.number, 1, 0::bigint) over by_number as number_before,
            lag(entries.hash, 1, '') over by_number as hash_before
        from integration.audit_trail as entries
        window by_number as (order by entries.number)
    ),
    judged as (
        select
            number,
            case
                when number <> number_before + 1 then 'rows before it are missing'
                when (entries).hash <> integration.audit_hash(hash_before, entries)
                    then 'this row or the one before it was changed'
                when not integration.is_audit_value(
                        (entries).user_salt, (entries).user_digest, (entries).user_id, 'erased'
                    )
                    then 'its author was changed'
                when not integration.is_audit_value(
                        (entries).subject_salt, (entries).subject_digest, (entries).subject,
                        'erased'
                    )
                    then 'its subject was changed'
                when not integration.is_audit_value(
                        (entries).details_salt, (entries).details_digest,
                        (entries).details::text, '{}'
                    )
                    then 'its details were changed'
            end as problem
        from chained
    )
    select number, problem from judged where problem is not null
    union all
    select head.number, 'rows at the end are missing or were added'
    from integration.audit_head as head
    left join integration.audit_trail as latest on latest.number = head.number
    where (head.number > 0 and latest.hash is distinct from head.hash)
        or exists (select from integration.audit_trail where number > head.number)
    order by number
    limit %s
"""


@dataclass(frozen=True)
class Problem:
    """Where the trail is broken, and how."""

    number: int
    problem: str


@dataclass(frozen=True)
class Trail:
    """The number of rows and the hash of the last one; `blanked` counts the rows with a value that
    an erasure has emptied.
    """

    rows: int
    blanked: int
    hash: str


def problems_of_trail(connection: psycopg.Connection, *, limit: int) -> list[Problem]:
    """The first problems; none if the trail is unbroken."""
    return rows.every(connection, Problem, _PROBLEMS, [limit])


def trail(connection: psycopg.Connection) -> Trail:
    return rows.one(
        connection,
        Trail,
        """
        select
            count(*) as rows,
            count(*) filter (
                where user_salt is null or subject_salt is null or details_salt is null
            ) as blanked,
            (select hash from integration.audit_head) as hash
        from integration.audit_trail
        """,
    )


def export_trail(connection: psycopg.Connection, *, since: datetime) -> Iterator[dict[str, Any]]:
    """The rows since then, in their order."""
    with connection.cursor(name="audit_trail") as cursor:
        cursor.execute(
            """
            select jsonb_build_object(
                'number', number, 'at', at, 'organization_id', organization_id,
                'author', user_id, 'via_link_of', via_link_of, 'kind', kind, 'subject', subject,
                'details', details, 'hash', hash
            )
            from integration.audit_trail
            where at >= %s
            order by number
            """,
            [since],
        )
        for (row,) in cursor:
            yield row
