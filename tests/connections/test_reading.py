"""Accounts are read side by side, and one that hangs holds up nobody."""

import threading
import time

from integration.connections.reading import Unread, read_in_parallel
from tests.patience import PATIENCE


def test_what_is_never_finished_is_left_at_the_end_of_the_time() -> None:
    release = threading.Event()

    def read(account: str) -> str:
        if account == "hangs":
            release.wait()
        return f"{account} was read"

    try:
        answers = read_in_parallel(
            ["first", "hangs", "last"],
            read,
            at_once=2,
            ends_at=time.monotonic() + 3,
            grace_seconds=0,
        )
        assert sorted(answers, key=str) == [
            ("first", "first was read"),
            ("hangs", Unread.STILL_READING),
            ("last", "last was read"),
        ]
    finally:
        release.set()


def test_an_account_whose_turn_never_came_is_told_apart() -> None:
    release = threading.Event()

    def read(account: str) -> str:
        release.wait()
        return account

    try:
        answers = dict(
            read_in_parallel(
                ["hangs", "waits"],
                read,
                at_once=1,
                ends_at=time.monotonic() + 0.2,
                grace_seconds=0,
            )
        )
        assert answers == {"hangs": Unread.STILL_READING, "waits": Unread.NOT_STARTED}
    finally:
        release.set()


def test_nothing_is_read_after_the_end_of_the_time() -> None:
    answers = read_in_parallel(["a", "b"], str.upper, at_once=2, ends_at=time.monotonic())

    assert sorted(answers) == [("a", Unread.NOT_STARTED), ("b", Unread.NOT_STARTED)]


def test_nobody_to_read_is_nothing_to_wait_for() -> None:
    assert (
        list(read_in_parallel([], str.upper, at_once=2, ends_at=time.monotonic() + PATIENCE)) == []
    )
