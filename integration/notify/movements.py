"""What a week changed, in words without a name: the figures with their differences, and the
movements that are worth a look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from integration.notify.week_figures import WeekFigures
from integration.quantities import quantity

MOVEMENTS = 3
Page = Literal["team", "clients", "quiet"]
SAME = "no change"


@dataclass(frozen=True)
class Figure:
    """`change` is the difference to the week before, or "" if the two are not compared."""

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


def figures(week: WeekFigures, before: WeekFigures | None) -> list[Figure]:
    new = f", {week.companies_new:,} new" if week.companies_new else ""
    share = "–" if week.share is None else f"{week.share}%"
    return [
        Figure(
            "Person-hours in sessions",
            hours(week.seconds),
            _change(week.seconds, before.seconds if before else None, say=hours),
        ),
        Figure(
            "With people outside",
            share,
            _change(week.share, before.share if before else None, " points"),
        ),
        Figure(
            "Companies met",
            f"{week.companies_met:,}{new}",
            _change(week.companies_met, before.companies_met if before else None),
        ),
        Figure(
            "Gone quiet",
            f"{week.companies_quiet:,}",
            _change(week.companies_quiet, before.companies_quiet if before else None),
        ),
    ]


def movements(week: WeekFigures, before: WeekFigures) -> list[Movement]:
    """At most three: new companies, quiet companies, then the largest changes."""
    found = []
    if week.companies_new:
        met = quantity(week.companies_new, "company was", "companies were")
        found.append(Movement(f"{met} met for the first time.", "clients"))
    if week.companies_quiet:
        quiet = quantity(week.companies_quiet, "company has", "companies have")
        found.append(Movement(f"{quiet} not been met for 30 days.", "quiet"))
    return [*found, *_largest_changes(week, before)][:MOVEMENTS]


def _largest_changes(week: WeekFigures, before: WeekFigures) -> list[Movement]:
    """The largest first, in proportion to the week before."""
    measured = [
        (week.seconds, before.seconds, "Time in sessions", hours),
        (week.external_seconds, before.external_seconds, "Time with people outside", hours),
        (week.companies_met, before.companies_met, "The number of companies met", _number),
    ]
    changes = []
    for now, then, what, say in measured:
        if say(now) != say(then):
            moved = "rose" if now > then else "fell"
            text = f"{what} {moved} from {say(then)} to {say(now)}."
            changes.append((abs(now - then) / max(now, then), text))
    return [Movement(text, "team") for _, text in sorted(changes, key=lambda one: -one[0])]


def _change(
    now: int | None, then: int | None, unit: str = "", say: Callable[[int], str] = _number
) -> str:
    if now is None or then is None:
        return ""
    difference = abs(now - then)
    if say(difference) == say(0):
        return SAME
    unit = unit.removesuffix("s") if difference == 1 else unit
    return f"{'+' if now > then else '−'}{say(difference)}{unit}"
