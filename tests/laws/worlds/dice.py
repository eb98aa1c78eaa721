"""What happens by chance in a world: hypothesis throws the dice.

Hypothesis's own loop runs, and makes smaller, one example at a time. A batch takes seconds, however
many worlds it holds, so worlds are drawn first and then run side by side.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")


class Dice:
    """A composite strategy's `draw`, with the words that the makers of worlds use."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def part(self) -> float:
        """From 0.00 to 0.99."""
        return self._draw(st.integers(0, 99)) / 100

    def luck(self, chance: float) -> bool:
        return self.part() < chance

    def number(self, first: int, last: int) -> int:
        return self._draw(st.integers(first, last))

    def choice(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Up to so many of them, in any order."""
        return self.shuffled(options)[: self.number(0, min(most, len(options)))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        return list(self._draw(st.permutations(options)))


def throw(strategy: st.SearchStrategy[T], of_seed: str) -> T:
    """What hypothesis draws from a seed: the second example, as the first is the simplest one."""
    examples: list[T] = []

    @seed(of_seed)
    @settings(
        max_examples=2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),  # a world is large and takes its time
    )
    @given(strategy)
    def draw(example: T) -> None:
        examples.append(example)

    draw()
    _, example = examples
    return example
