"""Requests are limited per second for all connections of a run, and per day for each account in all
processes together.
"""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.database.postgres import connect
from integration.healing.budget import Budget, Limit, OutOfTime
from integration.zoom.errors import TransientZoomError
from tests.databases import new_database

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLENTY = Limit(per_second=1e6, per_day=250)


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with new_database(server_url) as url:
        yield url


def counted(url: str) -> list[tuple[object, ...]]:
    with connect(url) as owner:
        query = (
            "select day::text, zoom_account_id, requests from pipeline.zoom_requests "
            "where label = 'heavy' order by 1, 2"
        )
        return owner.execute(query).fetchall()


def test_requests_are_spread_over_the_second(url: str) -> None:
    """Whoever sends them: the waits of several threads add up."""
    slept: list[float] = []
    budget = Budget(url, "heavy", Limit(5, 100), clock=lambda: NOW, sleep=slept.append)
    threads = [threading.Thread(target=budget.take, args=["A"]) for _ in range(6)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    assert 1.0 - took <= max(slept) <= 1.0  # the last of six waits for five fifths of a second


def test_no_request_is_sent_after_the_end(url: str) -> None:
    budget = Budget(url, "heavy", Limit(0.001, 100), clock=lambda: NOW, sleep=lambda _: None)
    ends_at = time.monotonic() + 60
    budget.take("A", ends_at=ends_at)
    with pytest.raises(OutOfTime):
        budget.take("A", ends_at=ends_at)


def test_the_days_number_is_shared_by_processes_and_starts_again_at_midnight(url: str) -> None:
    now = [NOW]
    first, second = (Budget(url, "heavy", PLENTY, clock=lambda: now[0]) for _ in range(2))
    for _ in range(150):
        first.take("A")
    for _ in range(50):
        second.take("A")
    with pytest.raises(TransientZoomError) as refused:
        second.take("A")
    assert refused.value.retry_at == datetime(2026, 3, 3, tzinfo=UTC)
    second.take("B")  # each account has its own
    now[0] += timedelta(days=1)
    second.take("A")
    first.give_back()
    second.give_back()
    assert counted(url) == [
        ("2026-03-02", "A", 200),
        ("2026-03-02", "B", 1),
        ("2026-03-03", "A", 1),
    ]
