"""kill -9 of the receiver while Zoom sends: every delivery answered with 2xx is landed once."""

import hashlib
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from integration.zoom.kept_events import KEPT_EVENTS
from simulator.company import Company
from simulator.delivery import Delivery
from simulator.playing import deliveries_of
from tests.commands.program import Program, rows
from tests.databases import new_database
from tests.patience import PATIENCE
from tests.pipeline.installation import template_with_tables
from tests.processes.processes import DAY, connected_program, serving
from tests.processes.signing import signed

THREADS = 6
KILLED_AFTER = 400  # answers


class Sending:
    """Zoom's side: deliveries from several threads at once, and which of them were answered."""

    def __init__(self, port: int, deliveries: list[Delivery]) -> None:
        self.address = f"http://127.0.0.1:{port}/webhooks/zoom"
        self.left = list(reversed(deliveries))
        self.answered: list[Delivery] = []
        self.unanswered: list[Delivery] = []
        self.lock = threading.Lock()

    def run(self, *, when_answered: tuple[int, subprocess.Popen[str]] | None = None) -> None:
        """Sends until nothing is left or the receiver dies; kills it after that many answers."""
        threads = [threading.Thread(target=self._send_all) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        if when_answered:
            count, process = when_answered
            while len(self.answered) < count:
                assert any(thread.is_alive() for thread in threads)
                time.sleep(0.001)
            os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()

    def _send_all(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while (delivery := self._next()) is not None:
                try:
                    code = http.post(
                        self.address,
                        data=delivery.body,
                        headers=signed(delivery.body),
                        timeout=PATIENCE,
                    ).status_code
                except requests.RequestException:
                    self.unanswered.append(delivery)
                    return
                (self.answered if code == 204 else self.unanswered).append(delivery)

    def _next(self) -> Delivery | None:
        with self.lock:
            return self.left.pop() if self.left else None


@pytest.fixture(scope="module")
def survived(
    server_url: str, company: Company, zoom_url: str
) -> Iterator[tuple[Program, Sending, Sending]]:
    """The receiver was killed under load and started again; Zoom sent the rest; one batch ran."""
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        connected_program(url, company, zoom_url=zoom_url) as program,
    ):
        with serving(program) as (process, port):
            before = Sending(port, deliveries_of(company, DAY, seed=1))
            before.run(when_answered=(KILLED_AFTER, process))
            assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
        assert before.unanswered, "it was not killed in the middle"
        with serving(program, port=port):
            after = Sending(port, [*before.unanswered, *reversed(before.left)])
            after.run()
        batch = program("batch")
        assert batch.code == 0, batch.err[-1000:]
        yield program, before, after


Survived = tuple[Program, Sending, Sending]


def test_the_receiver_starts_again_and_accepts_the_rest(survived: Survived) -> None:
    _, before, after = survived
    assert (after.left, after.unanswered) == ([], [])
    assert len(before.answered) >= KILLED_AFTER


def test_every_delivery_that_was_answered_is_in_the_ledger(survived: Survived) -> None:
    program, before, after = survived
    answered = Counter(digest_of(one) for one in before.answered + after.answered)
    ledger = Counter(
        digest
        for (digest,) in rows(
            program.settings["DATABASE_URL"], "select body_sha256 from ingress.deliveries"
        )
    )
    assert answered - ledger == Counter()
    # Any others in the ledger are those that the killed process had no time to answer.
    unanswered = Counter(digest_of(one) for one in before.unanswered)
    assert (ledger - answered) - unanswered == Counter()


def digest_of(delivery: Delivery) -> str:
    return hashlib.sha256(delivery.body).hexdigest()


def test_every_event_is_landed_once(survived: Survived) -> None:
    program, before, after = survived
    kept = {
        (one.event.name, one.event.occurred_at, one.event.body)
        for one in before.answered + after.answered
        if one.event.name in KEPT_EVENTS
    }
    url = program.settings["DATABASE_URL"]
    landed = rows(url, "select event, count(*) from zoom_raw.events group by event")
    assert dict(landed) == Counter(name for name, _, _ in kept)


def test_every_delivery_has_a_final_disposition(survived: Survived) -> None:
    program, _, _ = survived
    counted = dict(
        rows(
            program.settings["DATABASE_URL"],
            "select disposition, count(*) from operations.deliveries group by disposition",
        )
    )
    events = rows(program.settings["DATABASE_URL"], "select count(*) from zoom_raw.events")
    assert set(counted) <= {"landed", "duplicate", "ignored"}
    assert counted["landed"] <= events[0][0]  # a delivery may contain several call records
