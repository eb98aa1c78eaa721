"""Which days of the demo's company were sent, kept below the home, so that a restart continues."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Self

SATURDAY = 5
# The last office closes at this time of the next day (UTC).
OVER = time(4)


@dataclass(frozen=True)
class Story:
    """`ends_on` is the last day of the story, the working day before the first start. `sent` are
    the days that were sent after they were over.
    """

    file: Path
    ends_on: date
    sent: frozenset[date]

    @classmethod
    def kept_in(cls, file: Path, *, now: datetime) -> Self:
        """The story of this file; a new one if there is none."""
        if not file.exists():
            story = cls(file, working_days_before(now.date(), count=1)[0], frozenset())
            story._write()
            return story
        kept = json.loads(file.read_text())
        sent = frozenset(date.fromisoformat(day) for day in kept["sent"])
        return cls(file, date.fromisoformat(kept["ends_on"]), sent)

    def with_sent(self, days: list[date], *, now: datetime) -> Self:
        """Records the days that are over; others are sent again at the next start."""
        over = [day for day in days if now >= _end_of(day)]
        story = replace(self, sent=self.sent | frozenset(over))
        story._write()
        return story

    def later_days(self, now: datetime) -> list[date]:
        """The working days after the story that are past, by date."""
        days = []
        day = self.ends_on + timedelta(days=1)
        while day < now.date():
            if day.weekday() < SATURDAY:
                days.append(day)
            day += timedelta(days=1)
        return days

    def unsent(self, days: list[date]) -> list[date]:
        return [day for day in days if day not in self.sent]

    def _write(self) -> None:
        sent = sorted(day.isoformat() for day in self.sent)
        self.file.write_text(json.dumps({"ends_on": self.ends_on.isoformat(), "sent": sent}))


def working_days_before(day: date, *, count: int) -> list[date]:
    """The last `count` working days before this day, by date."""
    found: list[date] = []
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY:
            found.insert(0, day)
    return found


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), OVER, UTC)
