"""Strangers keep the receiver busy in every way, and it still accepts signed deliveries."""

import time
from contextlib import suppress

import psutil
import pytest
import requests

from simulator.company import Company
from simulator.playing import deliveries_of
from simulator.signature import headers
from tests.commands.program import WEBHOOK_SECRET, rows
from tests.patience import PATIENCE, wait_until
from tests.processes.processes import DAY, connected_program, serving
from tests.web.strangers import ATTACKS, under

DELIVERIES = 30
MOST_MEGABYTES = 150  # more than before: 64 held twice, and what Python retains


@pytest.mark.parametrize("name", ATTACKS)
def test_signed_deliveries_are_accepted_whatever_strangers_do(
    name: str, database_url: str, company: Company, zoom_url: str
) -> None:
    bodies = [one.body for one in deliveries_of(company, DAY, seed=1)][:DELIVERIES]
    with (
        connected_program(database_url, company, zoom_url=zoom_url) as program,
        serving(program) as (process, port),
    ):
        receiver = psutil.Process(process.pid)
        before = receiver.memory_info().rss
        with under(ATTACKS[name], port):
            for body in bodies:
                deliver(port, body)
            held = receiver.memory_info().rss - before
        stored = rows(database_url, "select count(*) from ingress.deliveries")
        assert stored == [(DELIVERIES,)]
        assert held < MOST_MEGABYTES << 20
        assert process.poll() is None


def deliver(port: int, body: bytes) -> None:
    """Like Zoom, which retries when it cannot connect."""
    address = f"http://127.0.0.1:{port}/webhooks/zoom"

    def is_accepted() -> bool:
        signature = headers(body, secret=WEBHOOK_SECRET, timestamp=int(time.time()))
        with requests.Session() as zoom, suppress(requests.ConnectionError):
            zoom.trust_env = False
            answer = zoom.post(address, data=body, headers=signature, timeout=PATIENCE)
            assert answer.status_code == 204
            return True
        return False

    wait_until(is_accepted)
