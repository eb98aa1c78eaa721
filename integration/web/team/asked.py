"""What the address of a team's page asks for: the week or month, and the order of the list."""

from dataclasses import dataclass
from datetime import date

from integration.figures.periods import YEARS, Period, Unit, period_named, period_of
from integration.web.page.addresses import address
from integration.web.page.sorting import Sorting, sorting_of
from integration.web.page.visit import Visit
from integration.web.team.people import COLUMNS

TEAM = "/team"


@dataclass(frozen=True)
class Asked:
    """`period` is None if the address asks for one that does not exist, `entered`; `current` is
    the one of the same unit that contains today.
    """

    period: Period | None
    current: Period
    team: str
    sort: str
    entered: str

    def address(self, period: Period | None = None, *, path: str = TEAM, **more: str | int) -> str:
        """Another state of the page: another period, with what else is asked for."""
        shown = period or self.period or self.current
        named = (
            {}
            if shown == self.current and shown.unit is Unit.WEEK
            else {str(shown.unit): shown.value}
        )
        return address(path, {**named, "team": self.team, "sort": self.sort, **more})

    def sorting(self) -> Sorting:
        shown = self.period or self.current
        return sorting_of(
            self.sort,
            path=TEAM,
            columns=COLUMNS,
            default="name",
            kept={str(shown.unit): shown.value, "team": self.team},
        )


def asked_of(visit: Visit, today: date) -> Asked:
    """`week` and `month` name a period, `from` is any day of a week, or of a month by `by`."""
    by = Unit.WEEK if visit.query("week") else visit.query("by")
    unit = Unit.MONTH if visit.query("month") or by == Unit.MONTH else Unit.WEEK
    current = period_of(today, unit)
    sort = visit.query("sort")
    known = {column.key for column in COLUMNS}
    return Asked(
        _period(visit, current),
        current,
        visit.query("team"),
        sort if sort.removeprefix("-") in known and sort != "name" else "",
        visit.query("month") or visit.query("week") or visit.query("from"),
    )


def _period(visit: Visit, current: Period) -> Period | None:
    for unit in (Unit.MONTH, Unit.WEEK):
        value = visit.query(unit)
        if value:
            found = period_named(value)
            return found if found and found.unit is unit else None
    day = visit.query("from")
    if not day:
        return current
    try:
        start = date.fromisoformat(day)
    except ValueError:
        return None
    return period_of(start, current.unit) if start.year in YEARS else None
