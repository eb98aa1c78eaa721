"""`python -m benchmarks.strangers [DELIVERIES]`: the duration of signed deliveries during attacks
on the receiver's port; the medians as multiples of the median without an attack, the floor.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date

import psutil
import requests

from benchmarks.home import temporary_database
from integration.settings import PROJECT
from simulator.company import build_company
from simulator.playing import deliveries_of
from simulator.signature import headers
from tests.web.strangers import ATTACKS, under

SECRET = "benchmark"  # noqa: S105
DELIVERIES = 100
ZOOM_GIVES_UP = 3.0


def main(count: int) -> None:
    bodies = [one.body for one in deliveries_of(build_company(), date(2026, 3, 2), seed=1)][:count]
    print(f"{len(bodies)} deliveries, one connection each")
    print(f"{'x floor':>8} {'in 1 s':>7} {'lost':>5} {'extra MB':>8}  attack")
    with temporary_database() as (_url, environment), serving(environment) as (process, port):
        receiver = psutil.Process(process.pid)
        at_first = receiver.memory_info().rss
        floor = None
        for name, attack in {"none": None, **ATTACKS}.items():
            with under(attack, port) if attack else nullcontext():
                seconds = [deliver(port, body) for body in bodies]
                more = (receiver.memory_info().rss - at_first) / (1 << 20)
            taken = [each for each in seconds if each is not None]
            middle = statistics.median(taken)
            floor = floor or middle
            in_time = sum(each < 1 for each in taken) / len(seconds)
            lost = len(seconds) - len(taken)
            print(f"{middle / floor:8.1f} {in_time:7.0%} {lost:5} {more:8.0f}  {name}", flush=True)


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    settings = {
        "ZOOM_WEBHOOK_SECRET_TOKEN": SECRET,
        "SESSION_KEY": "session-key-of-the-benchmark",
        "PUBLIC_URL": "http://127.0.0.1",
    }
    command = [f"{sys.prefix}/bin/worksights-zoom", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=PROJECT, env={**environment, **settings}, text=True, stderr=subprocess.PIPE
    ) as process:
        try:
            line = process.stderr.readline() if process.stderr else ""
            yield process, int(line.strip().rpartition(":")[2])
        finally:
            process.terminate()


def deliver(port: int, body: bytes) -> float | None:
    """Seconds until the delivery was accepted; None if it was not, by Zoom's rules."""
    started = time.perf_counter()
    try:
        with requests.Session() as zoom:
            zoom.trust_env = False
            answer = zoom.post(
                f"http://127.0.0.1:{port}/webhooks/zoom",
                data=body,
                headers=headers(body, secret=SECRET, timestamp=int(time.time())),
                timeout=ZOOM_GIVES_UP,
            )
    except requests.RequestException:
        return None
    return time.perf_counter() - started if answer.status_code == 204 else None


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else DELIVERIES)
