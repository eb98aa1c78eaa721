"""The product against a second reading of the contract, and laws that hold for any events.

All worlds run once, side by side; every test looks at the outcome. Many more of them:
`python -m tests.laws.long_run`.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg.rows import dict_row

from integration.store.postgres import connect
from tests.laws.comparison import TABLES, differences
from tests.laws.driver import Pipeline
from tests.laws.long_run import expected_after
from tests.laws.marts_of_product import read_marts
from tests.laws.reference.marts import Marts, Row
from tests.laws.reference.world import World
from tests.laws.worlds.build import make_world, rearranged

SEED = 7
WORLDS = range(20)
WILD_WORLDS = range(20, 26)

pytestmark = [
    # dagster-dbt imports sqlglot, whose fast tokenizer has been renamed.
    pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning"),
    # Dagster reads pydantic's old name of a model's fields.
    pytest.mark.filterwarnings("ignore:The `__fields__` attribute is deprecated"),
    # Dagster copies its own context for a resource and touches a name that it has deprecated.
    pytest.mark.filterwarnings(
        "ignore:InitResourceContext.dagster_run is deprecated:DeprecationWarning"
    ),
    # dbt drops the handler of its log file without closing it, at each invocation.
    pytest.mark.filterwarnings("ignore:unclosed file .*dbt.log:ResourceWarning"),
]


@dataclass(frozen=True)
class Run:
    """What came of the worlds: what differed after each batch, and the marts after the last one."""

    product: Pipeline
    deliveries: int
    differences: dict[int, list[str]]
    marts: Marts


@pytest.fixture(scope="module")
def run(product: Pipeline) -> Run:
    """Every world twice: as it was, and rearranged. Wild ones are only compared with themselves."""
    as_they_were = [world(number) for number in WORLDS]
    others = [rearranged(world(number, copy_of="r"), SEED) for number in WORLDS]
    wild = [world(number, is_wild=True) for number in WILD_WORLDS]
    others += [rearranged(world(number, copy_of="r", is_wild=True), SEED) for number in WILD_WORLDS]
    worlds = [*as_they_were, *wild, *others]
    found = {}
    for number, batch in enumerate(worlds[0].batches):
        product.take_in(worlds, number)
        product.batch(as_of=batch.as_of)
        read = read_marts(product.url)
        expected = expected_after(as_they_were, number)
        found[number + 1] = differences(
            of_worlds(expected, "w", WORLDS), of_worlds(read, "w", WORLDS)
        )
    deliveries = [d for world in worlds for batch in world.batches for d in batch.deliveries]
    return Run(product, len(deliveries), found, read_marts(product.url))


def world(number: int, **options: Any) -> World:
    return make_world(SEED, number, **options)


def of_worlds(marts: Marts, copy_of: str, numbers: range) -> Marts:
    """The rows of some worlds; of the ledger those that name an account of theirs."""
    prefixes = tuple(f"{copy_of}{number}-" for number in numbers)
    rows = {
        table: [row for row in getattr(marts, table) if row["organization_id"].startswith(prefixes)]
        for table in TABLES
    }
    return Marts(
        **rows,
        ledger=Counter(
            {key: count for key, count in marts.ledger.items() if str(key[0]).startswith(prefixes)}
        ),
    )


def test_after_each_batch_the_marts_are_those_of_the_contract(run: Run) -> None:
    told = [f"after batch {n}: {text}" for n, texts in run.differences.items() for text in texts]
    assert not told, "\n".join(told[:5])


@pytest.mark.parametrize("numbers", [WORLDS, WILD_WORLDS], ids=["worlds", "wild worlds"])
def test_order_duplicates_and_batches_change_nothing(run: Run, numbers: range) -> None:
    as_it_was = of_worlds(run.marts, "w", numbers)
    other = renamed(of_worlds(run.marts, "r", numbers))
    as_it_was.ledger.clear()  # repeated deliveries are more deliveries
    other.ledger.clear()
    told = differences(as_it_was, other)
    assert not told, "\n".join(told[:5])


def renamed(marts: Marts) -> Marts:
    """The copies' ids as the originals have them."""
    return Marts(
        **{table: [_renamed(row) for row in getattr(marts, table)] for table in TABLES},
        ledger=marts.ledger,
    )


def _renamed(row: Row) -> Row:
    return {
        name: value.replace(f"r{_number(row)}-", f"w{_number(row)}-")
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }


def _number(row: Row) -> str:
    return row["organization_id"].partition("-")[0][1:]


def test_no_entry_is_longer_than_its_session(run: Run) -> None:
    lengths = {session_of(row): row for row in run.marts.sessions}
    too_long = [
        row
        for row in run.marts.activities
        if row["started_at"] < lengths[session_of(row)]["started_at"]
        or row["ended_at"] > lengths[session_of(row)]["ended_at"]
        or not 0 < row["duration_seconds"] <= seconds_of(row)
    ]
    assert run.marts.activities
    assert too_long == []


def test_nobody_is_in_a_session_twice_at_once(run: Run) -> None:
    entries = Counter((session_of(row), row["user_id"]) for row in run.marts.activities)
    assert [key for key, count in entries.items() if count > 1] == []
    assert [row for row in run.marts.participants if not fits(row)] == []


def test_every_participant_has_one_outcome(run: Run) -> None:
    counted = Counter(session_of(row) for row in run.marts.outcomes)
    outside = sum(count for session, count in counted.items() if session[-1] is None)
    of_sessions = sum(row["participant_count"] for row in run.marts.sessions)
    assert of_sessions == len(run.marts.participants)
    assert of_sessions + outside == len(run.marts.outcomes)


def test_every_delivery_has_one_disposition(run: Run) -> None:
    assert run.marts.ledger.total() == run.deliveries
    assert [key for key in run.marts.ledger if key[2] == "waiting"] == []


def test_a_rebuild_changes_nothing(run: Run) -> None:
    """Last, because it writes; ids and `updated_at` are looked at too."""
    from orchestration.rebuild import rebuild  # imports dbt: only this test pays

    before = whole_tables(run.product.url)
    assert rebuild(check=False)
    assert whole_tables(run.product.url) == before


def whole_tables(url: str) -> dict[str, list[Row]]:
    """All columns of the marts, each table in an order of its own key."""
    tables = {
        "timeline.sessions": "session_id",
        "timeline.participants": "participant_id",
        "timeline.activities": "activity_id",
        "operations.outcomes": "participant_id",
    }
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        return {
            table: cursor.execute(f"select * from {table} order by {key}").fetchall()  # noqa: S608
            for table, key in tables.items()
        }


def session_of(row: Row) -> tuple[Any, ...]:
    return row["zoom_account_id"], row["feature"], row["zoom_uuid"]


def seconds_of(row: Row) -> float:
    return (row["ended_at"] - row["started_at"]).total_seconds()


def fits(row: Row) -> bool:
    """Somebody's presence is not longer than the time from the first join to the last leave."""
    if row["joined_at"] is None:
        return row["left_at"] is None and row["duration_seconds"] == 0
    whole = (row["left_at"] - row["joined_at"]).total_seconds()
    return 0 < row["duration_seconds"] <= whole
