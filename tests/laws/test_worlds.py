"""The worlds and the second implementation of the contract, without the product."""

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.laws.comparison import differences
from tests.laws.reference.marts import Marts, derive
from tests.laws.reference.world import World
from tests.laws.run import SEED, WORLDS
from tests.laws.traits import BOUNDARIES, traits_of
from tests.laws.worlds.build import histories, make_world, rearrangements


def test_the_worlds_meet_every_boundary() -> None:
    """If a new version of Hypothesis draws other worlds from the seed, choose another seed."""
    met: Counter[str] = Counter()
    for number in WORLDS:
        met += traits_of(make_world(SEED, number))
    assert BOUNDARIES - set(met) == set()


def test_a_seed_makes_the_same_world_again() -> None:
    assert make_world(SEED, 3) == make_world(SEED, 3)
    assert make_world(SEED, 3) != make_world(SEED, 4)


@settings(
    max_examples=15,
    phases=[Phase.generate, Phase.shrink],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),  # worlds are large
)
@given(st.data())
def test_the_reference_itself_does_not_depend_on_order(data: st.DataObject) -> None:
    history = data.draw(histories("w0-"))
    other = data.draw(rearrangements(history))
    assert differences(without_ledger(history.world), without_ledger(other.world)) == []


def without_ledger(world: World) -> Marts:
    marts = derive(world)
    marts.ledger.clear()
    return marts
