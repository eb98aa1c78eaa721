"""The rounds: load, a batch now and then, and one or two kills at random moments."""

import random
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from simulator.company import Company
from simulator.delivery import Delivery
from simulator.playing import deliveries_of
from tests.chaos.figures import Figures
from tests.chaos.installation import Installation
from tests.chaos.killing import BATCH, DATABASE, TARGETS, Killed, kill, runs_of_dagster
from tests.chaos.sending import Sender
from tests.patience import wait_until
from tests.processes.processes import DAY

PER_ROUND = 150
HELD_BACK = 0.1  # of a round's deliveries: sent in the next one
LONGEST_PAUSE_SECONDS = 4.0  # before a kill
LONGEST_WAIT_SECONDS = 90.0  # until Dagster starts a run
USUAL_BATCH_SECONDS = 30.0  # until one has succeeded
Ended = tuple[int, str, float]  # exit code, standard error, and the time


def slices(company: Company, *, seed: int) -> Iterator[list[Delivery]]:
    """The deliveries of each round: days of the company, shuffled, some of them a round late."""
    dice = random.Random(f"{seed}:deliveries")  # noqa: S311 - a seed, no secret
    late: list[Delivery] = []
    left: list[Delivery] = []
    day = DAY
    while True:
        while len(left) < PER_ROUND:
            left += deliveries_of(company, day, seed=seed)
            day += timedelta(days=1)
        fresh, left = left[:PER_ROUND], left[PER_ROUND:]
        now = late + [one for one in fresh if dice.random() >= HELD_BACK]
        late = [one for one in fresh if one not in now]
        dice.shuffle(now)
        yield now


class Rounds:
    def __init__(
        self, installation: Installation, sender: Sender, figures: Figures, *, seed: int
    ) -> None:
        self._installation = installation
        self._sender = sender
        self._figures = figures
        self._seed = seed
        self._pool = ThreadPoolExecutor(1)

    def play(
        self,
        number: int,
        deliveries: Sequence[Delivery],
        *,
        targets: Sequence[str] = (),
        say: Callable[[str], None],
    ) -> None:
        """One round; the targets are chosen at random if none are given."""
        dice = random.Random(f"{self._seed}:{number}")  # noqa: S311 - a seed, no secret
        chosen = targets or dice.sample(TARGETS, k=dice.choice((1, 1, 2)))
        self._sender.add(deliveries)
        batch = None
        if dice.random() < (0.7 if BATCH in chosen else 0.4):
            batch = self._installation.program.start("batch")
        started_at = time.monotonic()
        ending = self._pool.submit(_end_of, batch) if batch else None
        killed = [one for target in chosen if (one := self._kill(target, batch, dice))]
        at = time.monotonic()
        wait_until(self._installation.answers, every=0.2)
        seconds = time.monotonic() - at
        if killed and any(one.target != BATCH for one in killed):
            self._figures.seconds_to_recover.append(seconds)
        self._sender.wait()
        if batch and ending:
            self._record_batch(ending, killed, started_at=started_at)
        self._figures.rounds += 1
        names = " and ".join(one.what for one in killed) or "nothing, it was not running"
        say(
            f"round {number}: killed {names}; everything answered after {seconds:.1f} s; "
            f"acknowledged {self._sender.acknowledged.total():,}; "
            f"batch {'none' if batch is None else batch.returncode}"
        )

    def _kill(
        self, target: str, batch: subprocess.Popen[str] | None, dice: random.Random
    ) -> Killed | None:
        longest = LONGEST_PAUSE_SECONDS
        if target == BATCH:  # anywhere between its start and its end
            longest = max([USUAL_BATCH_SECONDS, *self._figures.seconds_of_batches[-5:]])
            if not batch:
                self._wait_for_a_run()
        self._pause(dice.uniform(0, longest), batch if target == BATCH else None)
        killed = kill(self._installation, target, command=batch, dice=dice)
        if killed:
            self._figures.kills[killed.what] += 1
        else:
            self._figures.not_running += 1
        return killed

    def _wait_for_a_run(self) -> None:
        """Dagster starts one within a minute when enough deliveries are waiting."""
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < until and not runs_of_dagster(self._installation):
            time.sleep(0.5)

    def _pause(self, seconds: float, batch: subprocess.Popen[str] | None) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and (batch is None or batch.poll() is None):
            time.sleep(0.05)

    def _record_batch(
        self,
        ending: "Future[Ended]",
        killed: Sequence[Killed],
        *,
        started_at: float,
    ) -> None:
        """A batch may fail only if it or the database was killed, and then with a message."""
        code, text, at = ending.result()
        if code == 0:
            self._figures.batches["succeeded"] += 1
            self._figures.seconds_of_batches.append(at - started_at)
        elif code < 0:
            self._figures.batches["killed"] += 1
        else:
            self._figures.batches["failed"] += 1
            if not any(one.target == DATABASE for one in killed):
                self._figures.wrong.append(f"a batch failed: {text[-1500:]}")
            elif not has_message(text):
                self._figures.wrong.append(f"a batch failed without a message: {text[-1500:]}")


def has_message(text: str) -> bool:
    """Whether a command ended with a sentence for the operator, and not with a traceback."""
    return any(line.startswith("Error: ") for line in text.splitlines()[-5:])


def _end_of(batch: subprocess.Popen[str]) -> Ended:
    _, err = batch.communicate()
    return batch.returncode, err, time.monotonic()
