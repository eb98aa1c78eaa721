"""Strangers hold the receiver open in every way: signed deliveries are taken all the same."""

import time

import psutil
import pytest
import requests

from simulator.company import Company
from simulator.playing import deliveries_of
from simulator.signature import headers
from tests.commands.program import WEBHOOK_SECRET
from tests.processes.processes import DAY, connected_program, serving
from tests.web.strangers import ATTACKS, under

DELIVERIES = 30
MOST_MEGABYTES = 150  # more than before: 64 held twice, and what Python keeps
PATIENCE_SECONDS = 60  # of a client on a busy machine; how fast it is: benchmarks/strangers.py


@pytest.mark.parametrize("name", ATTACKS)
def test_signed_deliveries_are_taken_whatever_strangers_do(
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
            answers = [deliver(port, body) for body in bodies]
            held = receiver.memory_info().rss - before
        assert answers == [204] * DELIVERIES
        assert held < MOST_MEGABYTES << 20
        assert process.poll() is None


def deliver(port: int, body: bytes) -> int:
    """As Zoom does, whose client tries again when it cannot connect."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with requests.Session() as zoom:
                zoom.trust_env = False
                return zoom.post(
                    f"http://127.0.0.1:{port}/webhooks/zoom",
                    data=body,
                    headers=headers(body, secret=WEBHOOK_SECRET, timestamp=int(time.time())),
                    timeout=PATIENCE_SECONDS,
                ).status_code
        except requests.ConnectionError:
            assert time.monotonic() < give_up_at, "nobody answers"
