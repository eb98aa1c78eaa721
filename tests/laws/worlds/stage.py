"""One meeting or webinar in the making: its moments, its legs, and what Zoom has sent so far."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.laws.worlds.dice import Dice
from tests.laws.worlds.extremes import TOPICS, distant_start
from tests.laws.worlds.people import Cast
from tests.laws.worlds.wire import Body, Report, event


def seconds(number: float) -> timedelta:
    return timedelta(seconds=int(number))


@dataclass
class Stage:
    dice: Dice
    cast: Cast
    account: str
    kind: str
    uuid: str
    starts_at: datetime
    ends_at: datetime
    about: Body
    reports: list[Report] = field(default_factory=list)
    last_leg: int = 16778240
    moments: list[datetime] = field(default_factory=list)

    def luck(self, chance: float) -> bool:
        return self.dice.luck(chance)

    def moment(self) -> datetime:
        """Usually within the session; also at its edges, a little before and after, and when
        another person joined or left.
        """
        if self.moments and self.luck(0.15):
            return self.dice.choice(self.moments) + seconds(self.dice.choice([-1, 0, 0, 1]))
        self.moments.append(self._moment())
        return self.moments[-1]

    def _moment(self) -> datetime:
        length = (self.ends_at - self.starts_at).total_seconds()
        if self.luck(0.15):
            return self.dice.choice([self.starts_at, self.ends_at])
        spill = 300 if self.luck(0.2) else 0
        return self.starts_at + seconds(self.dice.number(-spill, int(length) + spill))

    def next_leg(self) -> str:
        self.last_leg += 1024
        return str(self.last_leg)

    def report(self, what: str, at: datetime, more: Body) -> None:
        about = {**self.about, **more}
        if self.luck(0.05):
            about["topic"] = self.dice.choice(["Another name", "Zweiter Name"])
        if self.luck(0.02):
            about["topic"] = self.dice.choice(TOPICS)
        if self.luck(0.02) and what != "started":
            about["start_time"] = distant_start(self.dice, self.ends_at)
        if self.luck(0.1):
            about.pop(self.dice.choice(["topic", "host_id", "type", "id", "start_time"]), None)
        self.reports.append(Report(at, event(f"{self.kind}.{what}", self.account, at, about)))
