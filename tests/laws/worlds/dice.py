"""Chance in a world: Hypothesis throws the dice.

Hypothesis's own loop runs and shrinks one example at a time. A batch takes seconds, however many
worlds it contains, so worlds are drawn first and then run together.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")

# Hypothesis prefers integers that occur in the code of the loaded modules, so the same seed would
# make other worlds in another process. No such integer is near these.
FAR_FROM_EVERY_CONSTANT = 3 * 2**41 + 12_345_678


class Dice:
    """A composite strategy's `draw`, with the methods that make worlds."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def part(self) -> float:
        """From 0.00 to 0.99."""
        return self.number(0, 99) / 100

    def luck(self, chance: float) -> bool:
        return self.part() < chance

    def number(self, first: int, last: int) -> int:
        far = FAR_FROM_EVERY_CONSTANT
        return self._draw(st.integers(far + first, far + last)) - far

    def choice(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Up to `most` of them, in any order."""
        return self.shuffled(options)[: self.number(0, min(most, len(options)))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        left = list(options)
        return [left.pop(self.number(0, len(left) - 1)) for _ in options]


def throw(strategy: st.SearchStrategy[T], of_seed: str) -> T:
    """Hypothesis's second example from a seed, because the first is the simplest one."""
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
