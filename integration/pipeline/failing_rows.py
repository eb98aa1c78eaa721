"""Describes the rows that a failing data test found, with ids that identify no person."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

SHOWN = 10
# Our own hashes, and dates. A user id may be an address, so it is not shown.
IDS = (
    "organization_id",
    "session_id",
    "participant_id",
    "activity_id",
    "person_id",
    "company_id",
    "delivery_id",
    "month",
)


@dataclass(frozen=True)
class FailingRows:
    """The rows with one fault; `examples` has the ids of up to SHOWN rows ("session_id abc")."""

    what_is_wrong: str
    rows: int
    examples: tuple[str, ...]


def failing_rows(connection: psycopg.Connection, compiled_test: str) -> list[FailingRows]:
    """The rows that a test's compiled query returns, by fault, the most frequent first."""
    # Percent signs in the test are not parameters.
    test = SQL(compiled_test.replace("%", "%%"))
    query = _BY_FAULT.format(test=test)
    found = connection.execute(query, [SHOWN])
    return [
        FailingRows(what, count, tuple(map(_describe, examples))) for what, count, examples in found
    ]


_BY_FAULT = SQL("""
    select
        coalesce(
            failing ->> 'what_is_wrong', 'rows that the test should not find'
        ) as what_is_wrong,
        count(*) as found,
        (array_agg(failing order by failing))[:%s]
    from (select to_jsonb(found) as failing from ({test}) as found) as failing_rows
    group by failing ->> 'what_is_wrong'
    order by count(*) desc, what_is_wrong
""")


def _describe(row: dict[str, object]) -> str:
    return ", ".join(f"{name} {row[name]}" for name in IDS if row.get(name) is not None)
