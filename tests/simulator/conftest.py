"""A running Zoom simulator with two accounts, its clock, and a receiver for its webhooks."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from simulator.company import build_company
from simulator.running import running
from simulator.world import make_world
from tests.simulator.local_receiver import Receiver, listening
from tests.simulator.zoom_client import CLIENT, SECOND_ACCOUNT_ID, Zoom


@pytest.fixture
def clock() -> list[float]:
    """The server's time in seconds, as a list of one, so that a test can move it."""
    return [time.time()]


@pytest.fixture
def zoom(clock: list[float]) -> Iterator[Zoom]:
    companies = [
        build_company(),
        build_company(account_id=SECOND_ACCOUNT_ID, users=12, has_phone=False),
    ]
    world = make_world(
        companies, client_id=CLIENT[0], client_secret=CLIENT[1], now=lambda: clock[0]
    )
    with running(world) as url, requests.Session() as http:
        http.trust_env = False
        yield Zoom(url, world, http)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as running_one:
        yield running_one
