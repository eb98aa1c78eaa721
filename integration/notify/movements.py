"""What a week changed, in words without a name: the figures with their differences, and the
movements that are worth a look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from integration.figures.team_figures import Comparison, Figures, TeamFigures
from integration.quantities import quantity

MOVEMENTS = 3
Page = Literal["team", "clients", "quiet"]
SAME = "no change"
Measure = Callable[[Figures], int | None]
Say = Callable[[int], str]


@dataclass(frozen=True)
class Figure:
    """`change` is the difference to the same days of the week before, or "" without one."""

    label: str
    value: str
    change: str


@dataclass(frozen=True)
class Movement:
    """A sentence, and the page that shows more."""

    text: str
    page: Page


def hours(seconds: int) -> str:
    """ "30 h 16 min", "2 h" or "0 min", as the pages say it."""
    whole, minutes = divmod(round(seconds / 60), 60)
    if not whole or not minutes:
        return f"{whole:,} h" if whole else f"{minutes} min"
    return f"{whole:,} h {minutes} min"


def _number(count: int) -> str:
    return f"{count:,}"


def described(week: TeamFigures, *, is_compared: bool) -> list[Figure]:
    """The four figures of the whole week; only its complete days are compared."""
    shown, compared = week.figures, week.comparison if is_compared else None
    new = f", {shown.new_companies:,} new" if shown.new_companies else ""

    def figure(
        label: str, value: str, of: Measure, *, unit: str = "", say: Say = _number
    ) -> Figure:
        change = _change(of(compared.now), of(compared.before), unit, say) if compared else ""
        return Figure(label, value, change)

    share = "–" if shown.share is None else f"{shown.share}%"
    return [
        figure("Person-hours in sessions", hours(shown.seconds), lambda of: of.seconds, say=hours),
        figure("With external people", share, lambda of: of.share, unit=" points"),
        figure("Companies met", f"{shown.companies:,}{new}", lambda of: of.companies),
        figure(
            "Companies gone quiet", _number(shown.quiet_companies), lambda of: of.quiet_companies
        ),
    ]


def movements(compared: Comparison) -> list[Movement]:
    """At most three: new companies, companies gone quiet, then the largest changes."""
    now, before = compared.now, compared.before
    found = []
    if now.new_companies:
        met = quantity(now.new_companies, "company was", "companies were")
        found.append(Movement(f"{met} met for the first time.", "clients"))
    if now.quiet_companies > before.quiet_companies:
        many = f"from {before.quiet_companies:,} to {now.quiet_companies:,}"
        found.append(Movement(f"The number of companies gone quiet rose {many}.", "quiet"))
    return [*found, *_largest_changes(now, before)][:MOVEMENTS]


def _largest_changes(week: Figures, before: Figures) -> list[Movement]:
    """The largest first, in proportion to the week before."""
    measured = [
        (week.seconds, before.seconds, "Time in sessions", hours),
        (week.external_seconds, before.external_seconds, "Time with external people", hours),
        (week.companies, before.companies, "The number of companies met", _number),
    ]
    changes = []
    for now, then, what, say in measured:
        if say(now) != say(then):
            moved = "rose" if now > then else "fell"
            text = f"{what} {moved} from {say(then)} to {say(now)}."
            changes.append((abs(now - then) / max(now, then), text))
    return [Movement(text, "team") for _, text in sorted(changes, key=lambda one: -one[0])]


def _change(now: int | None, then: int | None, unit: str = "", say: Say = _number) -> str:
    if now is None or then is None:
        return ""
    difference = abs(now - then)
    if say(difference) == say(0):
        return SAME
    unit = unit.removesuffix("s") if difference == 1 else unit
    return f"{'+' if now > then else '−'}{say(difference)}{unit}"
