"""Which day or week an address asks for: `?day=2026-03-29`, or `?week=` and any of its days."""

from dataclasses import dataclass
from datetime import date

from integration.web.page.visit import Visit

YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Asked:
    """`day` is None if the address has none, or if `text` is not a date that can be shown."""

    text: str
    day: date | None
    is_week: bool

    @property
    def is_wrong(self) -> bool:
        return bool(self.text) and self.day is None


def asked_of(visit: Visit) -> Asked:
    is_week = "week" in visit.request.query_params
    text = visit.query("week" if is_week else "day")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    return Asked(text, day if day and day.year in YEARS else None, is_week)
