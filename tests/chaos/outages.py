"""Postgres does not answer, is not running, or has a full disk, while Zoom sends."""

import contextlib
import fcntl
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from simulator.delivery import Delivery
from simulator.sender import ANSWER_WITHIN_SECONDS
from tests.chaos.figures import Figures
from tests.chaos.installation import Installation
from tests.chaos.rounds import has_message
from tests.chaos.sending import NO_CONNECTION, Sender
from tests.patience import PATIENCE, wait_until

DISK_MEGABYTES = 900
ANSWERS = 60  # during an outage
SHORTEST_SECONDS = 5.0


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mounts a small disk at the folder if this user may; yields whether it did."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def play_outage(
    installation: Installation,
    sender: Sender,
    figures: Figures,
    deliveries: Sequence[Delivery],
    *,
    what: str,
) -> str:
    """Zoom sends while the database is away, and waits for each answer: all are 503 or 204, and
    everything works afterwards without intervention. Returns a line with the counted answers.
    """
    sender.answer_within = PATIENCE
    before, settled = Counter(sender.answers), sender.settled
    with _frozen(installation) if what == "frozen" else _away(installation):
        sender.add(deliveries)
        at = time.monotonic()
        wait_until(lambda: (sender.answers - before)["503"] >= ANSWERS)
        time.sleep(max(0.0, at + SHORTEST_SECONDS - time.monotonic()))
    _recover(installation, sender, figures)
    seen = sender.answers - before
    if set(seen) - {"204", "503"}:
        figures.wrong.append(f"Postgres {what}: answers {dict(seen)}")
    if sender.settled - settled != len(deliveries):
        figures.wrong.append(f"Postgres {what}: not all deliveries were acknowledged")
    sender.answer_within = ANSWER_WITHIN_SECONDS
    return f"Postgres {what}: {dict(sorted(seen.items()))}"


@contextmanager
def _frozen(installation: Installation) -> Iterator[None]:
    """All of its processes are stopped: connections are open, and nothing answers."""
    first = installation.postmaster()
    assert first is not None
    stopped = [first, *first.children()]
    for one in stopped:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.suspend()
    try:
        yield
    finally:
        for one in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.resume()


@contextmanager
def _away(installation: Installation) -> Iterator[None]:
    """It is killed and cannot be started: someone else holds the lock for starting it."""
    with (installation.home / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        first = installation.postmaster()
        assert first is not None
        first.kill()
        yield


def play_full_disk(
    installation: Installation, sender: Sender, figures: Figures, deliveries: Sequence[Delivery]
) -> str:
    """The disk of the whole installation is full: deliveries are refused for now, and a batch fails
    with a message. Once there is space again, everything works without intervention.
    """
    before = Counter(sender.answers)
    filler = installation.home / "filler"
    _fill(filler)
    try:
        sender.add(deliveries)
        wait_until(
            lambda: (sender.answers - before).total() - (sender.answers - before)["204"] >= ANSWERS,
        )
        _fill(filler)  # what Postgres has freed meanwhile
        batch = installation.program("batch")
        if batch.code == 0:
            figures.batches["succeeded"] += 1
        else:
            figures.batches["failed"] += 1
            if not has_message(batch.err):
                figures.wrong.append(f"full disk: the batch had no message: {batch.err[-1500:]}")
    finally:
        filler.unlink()
    _recover(installation, sender, figures)
    after = installation.program("batch")
    if after.code:
        figures.wrong.append(f"after a full disk, a batch failed: {after.err[-1500:]}")
    figures.batches["succeeded" if after.code == 0 else "failed"] += 1
    seen = sender.answers - before
    unexpected = set(seen) - {"204", "503", NO_CONNECTION, "no answer in time"}
    if unexpected:
        figures.wrong.append(f"full disk: answers {dict(seen)}")
    return f"full disk: {dict(sorted(seen.items()))}; batch {batch.code}, then {after.code}"


def _fill(filler: Path) -> None:
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        for block in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * block) == block:
                    pass


def _recover(installation: Installation, sender: Sender, figures: Figures) -> None:
    at = time.monotonic()
    wait_until(installation.answers, every=0.2)
    figures.seconds_to_recover.append(time.monotonic() - at)
    sender.wait()
