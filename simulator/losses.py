"""What Zoom's side loses on purpose: a share of the events, or whole days."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from simulator.delivery import Delivery, Fate
from simulator.journal import Event


@dataclass(frozen=True, slots=True)
class Losses:
    """What is swallowed: this share of all events (0 to 1), and every event of these days (UTC).

    An event that is lost is lost in all of its deliveries. The same seed loses the same events.
    """

    share: float = 0.0
    days: frozenset[date] = frozenset()
    are_logged: bool = False
    seed: int = 1

    def take(self, event: Event) -> bool:
        if event.occurred_at.date() in self.days:
            return True
        digest = hashlib.sha256(b"%d:%b" % (self.seed, event.body)).digest()
        return int.from_bytes(digest[:8]) < self.share * 2**64

    def apply(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """The same deliveries with their fates."""
        fate = Fate.LOGGED if self.are_logged else Fate.SWALLOWED
        return [
            replace(one, fate=fate) if one.fate is Fate.SENT and self.take(one.event) else one
            for one in deliveries
        ]


NO_LOSSES = Losses()
