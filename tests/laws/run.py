"""The run that the tests of the laws check: worlds that ran together, original and rearranged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.laws.comparison import TABLES, differences
from tests.laws.driver import Pipeline
from tests.laws.long_run import expected_after
from tests.laws.marts_of_product import read_marts
from tests.laws.reference.marts import Marts, Row
from tests.laws.reference.world import World
from tests.laws.worlds.build import History, make_history, make_world, rearranged

SEED = 47  # its worlds meet every boundary: see test_worlds.py
WORLDS = range(26)
WILD_WORLDS = range(26, 32)


@dataclass(frozen=True)
class Run:
    """What differed after each batch, and the marts after the last one."""

    product: Pipeline
    worlds: Sequence[World]
    differences: dict[int, list[str]]
    marts: Marts

    @property
    def deliveries_of_days(self) -> Counter[date]:
        return Counter(_arrivals(self.worlds))


def run_worlds(product: Pipeline) -> Run:
    """Runs every world twice, original and rearranged. Wild ones are compared with copies only."""
    originals = [make_world(SEED, number) for number in WORLDS]
    wild = [make_history(SEED, number, is_wild=True).world for number in WILD_WORLDS]
    others = [_copy(number) for number in WORLDS]
    others += [_copy(number, is_wild=True) for number in WILD_WORLDS]
    worlds = [*originals, *wild, *(rearranged(one, SEED).world for one in others)]
    found = {}
    for number, batch in enumerate(worlds[0].batches):
        product.write_input(worlds, number)
        product.batch(as_of=batch.as_of)
        marts = read_marts(product.url)
        expected = of_worlds(expected_after(originals, number), "w", WORLDS)
        found[number + 1] = differences(expected, of_worlds(marts, "w", WORLDS))
    return Run(product, worlds, found, marts)


def of_worlds(marts: Marts, copy_of: str, numbers: range) -> Marts:
    """The rows of some worlds, and the ledger's rows that name one of their accounts."""
    prefixes = tuple(f"{copy_of}{number}-" for number in numbers)
    rows = {
        table: [row for row in getattr(marts, table) if row["organization_id"].startswith(prefixes)]
        for table in TABLES
    }
    ledger = {key: count for key, count in marts.ledger.items() if str(key[0]).startswith(prefixes)}
    return Marts(**rows, ledger=Counter(ledger))


def renamed(marts: Marts) -> Marts:
    """The copies' rows with the ids of the originals."""
    rows = {table: [_renamed(row) for row in getattr(marts, table)] for table in TABLES}
    return Marts(**rows, ledger=marts.ledger)


def _copy(number: int, *, is_wild: bool = False) -> History:
    return make_history(SEED, number, copy_of="r", is_wild=is_wild)


def _renamed(row: Row) -> Row:
    number = row["organization_id"].partition("-")[0][1:]
    return {
        name: value.replace(f"r{number}-", f"w{number}-") if isinstance(value, str) else value
        for name, value in row.items()
    }


def _arrivals(worlds: Sequence[World]) -> list[date]:
    times: list[datetime] = [
        delivery.received_at
        for world in worlds
        for batch in world.batches
        for delivery in batch.deliveries
    ]
    return [at.date() for at in times]
