"""Reads several accounts in parallel within a time limit; one that hangs does not delay others."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from typing import TypeVar

Account = TypeVar("Account")
Answer = TypeVar("Answer")

# Readers stop on their own at the time limit; they may be late by this much.
GRACE_SECONDS = 15.0


class Unread(Enum):
    """Why there is no answer: reading had not started, or had not finished."""

    NOT_STARTED = auto()
    STILL_READING = auto()


def read_in_parallel(
    accounts: Sequence[Account],
    read: Callable[[Account], Answer],
    *,
    at_once: int,
    ends_at: float,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[tuple[Account, Answer | Unread]]:
    """Yields each account once with the result of `read`, as they finish. `read` must not raise. No
    reading starts after `ends_at`, a time of the monotonic clock.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Answer | Unread]] = queue.SimpleQueue()
    for number in range(len(accounts)):
        waiting.put(number)

    def work() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            is_late = time.monotonic() >= ends_at
            done.put((number, Unread.NOT_STARTED if is_late else read(accounts[number])))

    # Not a pool: a pool waits for its threads, even at the end of the process.
    for _ in range(min(at_once, len(accounts))):
        threading.Thread(target=work, daemon=True).start()
    left = set(range(len(accounts)))
    while left:
        try:
            wait = ends_at + grace_seconds - time.monotonic()
            number, answer = done.get(timeout=max(0.0, wait))
        except queue.Empty:
            break
        left.remove(number)
        yield accounts[number], answer
    not_started = set()
    while True:
        try:
            not_started.add(waiting.get_nowait())
        except queue.Empty:
            break
    for number in sorted(left):
        missing = Unread.NOT_STARTED if number in not_started else Unread.STILL_READING
        yield accounts[number], missing
