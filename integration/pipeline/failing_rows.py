"""What a failing data test found: in words, with ids that say nothing of a person."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

SHOWN = 10
# Our own hashes, and dates. A user id may be an address, so it is left out.
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
    """Rows with one fault; of up to SHOWN of them the ids, such as "session_id abc"."""

    what_is_wrong: str
    rows: int
    examples: tuple[str, ...]


def failing_rows(connection: psycopg.Connection, compiled_test: str) -> list[FailingRows]:
    """The rows of a test's compiled query by what is wrong, the most frequent fault first."""
    # Its own percent signs are no parameters.
    test = SQL(compiled_test.replace("%", "%%"))
    query = _BY_FAULT.format(test=test)
    found = connection.execute(query, [SHOWN])
    return [
        FailingRows(what, count, tuple(map(_in_words, examples))) for what, count, examples in found
    ]


_BY_FAULT = SQL("""
    select
        coalesce(failing ->> 'what_is_wrong', 'the test does not say') as what_is_wrong,
        count(*) as found,
        (array_agg(failing order by failing))[:%s]
    from (select to_jsonb(found) as failing from ({test}) as found) as failing_rows
    group by failing ->> 'what_is_wrong'
    order by count(*) desc, what_is_wrong
""")


def _in_words(row: dict[str, object]) -> str:
    return ", ".join(f"{name} {row[name]}" for name in IDS if row.get(name) is not None)
