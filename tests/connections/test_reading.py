"""Accounts are read in parallel, and one that hangs delays no others."""

import threading
import time

from integration.connections.reading import Unread, read_in_parallel
from tests.patience import PATIENCE


def test_an_account_that_is_never_finished_is_given_up_when_the_time_is_up() -> None:
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


def test_an_account_that_was_never_started_is_reported_as_such() -> None:
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


def test_nothing_is_read_when_the_time_is_up() -> None:
    answers = read_in_parallel(["a", "b"], str.upper, at_once=2, ends_at=time.monotonic())

    assert sorted(answers) == [("a", Unread.NOT_STARTED), ("b", Unread.NOT_STARTED)]


def test_without_accounts_there_is_nothing_to_wait_for() -> None:
    assert (
        list(read_in_parallel([], str.upper, at_once=2, ends_at=time.monotonic() + PATIENCE)) == []
    )
