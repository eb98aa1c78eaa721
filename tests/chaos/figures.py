"""What a run counted, and what it found wrong."""

import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.chaos.sending import Sender


@dataclass
class Figures:
    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    not_running: int = 0  # processes whose turn to be killed it was
    batches: Counter[str] = field(default_factory=Counter)  # from the command line, by outcome
    seconds_to_recover: list[float] = field(default_factory=list)
    seconds_of_batches: list[float] = field(default_factory=list)
    runs: Counter[str] = field(default_factory=Counter)  # of Dagster, by their status
    tracebacks: Counter[str] = field(default_factory=Counter)  # by log and last line
    wrong: list[str] = field(default_factory=list)

    def lines(self, sender: Sender) -> Iterator[str]:
        yield f"rounds       {self.rounds:,}"
        yield f"kills        {self.kills.total():,}: {_counts(self.kills)}"
        yield f"             {self.not_running:,} skipped: the process was not running"
        yield (
            f"deliveries   {sender.deliveries:,}: sent {sender.sent:,} times, acknowledged "
            f"{sender.acknowledged.total():,}, retried {sender.retried:,}"
        )
        yield f"answers      {_counts(sender.answers)}"
        yield f"batches      {_counts(self.batches)} (from the command line)"
        yield f"runs         {_counts(self.runs)} (as Dagster records them)"
        if seconds := self.seconds_to_recover:
            yield (
                f"recovery     {statistics.median(seconds):.1f} s median, "
                f"{max(seconds):.1f} s longest"
            )
        for line, count in self.tracebacks.most_common():
            yield f"traceback    {count:,} × {line}"
        for line in self.wrong:
            yield f"WRONG        {line}"
        yield f"verdict      {'WRONG' if self.wrong else 'nothing lost, nothing duplicated'}"


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counted.items())) or "none"
