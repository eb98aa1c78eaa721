"""The functions that dbt creates: their expression becomes part of the query that calls them."""

import pytest

from integration.database.postgres import connect

CALLS = {
    "strength": "select clientsights.strength_at(minutes, now()) from {numbers}",
    "scaled minutes": "select clientsights.decayed(minutes, now()) from {numbers}",
    "weight": "select clientsights.weighted_minutes(minutes, 2, 1.0) from {numbers}",
    "exclusion": "select facts.excludes(minutes::text, 'x', 'y', 'z', '', '') from {numbers}",
    "match": "select facts.matches_address_or_domain(minutes::text, 'x.example') from {numbers}",
}
NUMBERS = "generate_series(1, 2) as minutes"


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_replaced_by_the_expression(call: str, database_url: str) -> None:
    query = CALLS[call].format(numbers=NUMBERS)
    with connect(database_url) as connection:
        plan = connection.execute(f"explain verbose {query}").fetchall()
    text = "\n".join(line for (line,) in plan)
    assert "generate_series" in text
    assert [schema for schema in ("clientsights.", "facts.") if schema in text] == []


def test_every_function_allows_parallel_plans_and_gives_the_same_for_the_same(
    database_url: str,
) -> None:
    with connect(database_url) as connection:
        found = connection.execute(
            """
            select proname, proparallel, provolatile from pg_proc
            inner join pg_namespace on pg_namespace.oid = pronamespace
            where nspname in ('clientsights', 'facts')
            """
        ).fetchall()
    assert len(found) == 12
    assert [name for name, parallel, volatile in found if (parallel, volatile) != ("s", "i")] == []
