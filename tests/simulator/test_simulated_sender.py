"""Sending by Zoom's rules: signed raw bytes, retries after 5, 20 and 60 minutes, none after 4xx."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from simulator.clock import ManualClock, RunningClock
from simulator.company import build_company
from simulator.delivery import Delivery
from simulator.endpoint import EndpointRefusedError, validate
from simulator.journal import Event
from simulator.playing import Receiver as Target
from simulator.playing import deliveries_of, play_at_once, play_live
from simulator.sender import Counts, Sender
from tests.patience import PATIENCE
from tests.simulator.local_receiver import SECRET, Receiver

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BODY = '{"event":"meeting.started","payload":{"topic":"Café \\uD83D\\uDE80"}}'.encode()


class WatchedClock(ManualClock):
    """Remembers every moment that was waited for, in minutes after the start."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.minutes: list[float] = []

    def wait_until(self, moment: datetime) -> bool:
        self.minutes.append((moment - START).total_seconds() / 60)
        return super().wait_until(moment)


def delivery(*, at: datetime = START, body: bytes = BODY) -> Delivery:
    return Delivery(at, Event("meeting.started", at, "uuid", body), body, "request_1")


def send(
    receiver: Receiver, *deliveries: Delivery, clock: ManualClock | None = None, **options: float
) -> Counts:
    clock = clock or ManualClock(START)
    with Sender(receiver.url, secret=SECRET, clock=clock, **options) as sender:
        sender.add(deliveries)
        return sender.run()


def test_the_body_arrives_byte_for_byte_with_a_valid_signature(receiver: Receiver) -> None:
    before = int(time.time())
    send(receiver, delivery())
    (headers,) = receiver.headers
    assert receiver.bodies == [BODY]
    assert headers["x-zm-signature"] == receiver.signature_of(0)
    assert headers["user-agent"] == "Zoom Marketplace/1.0a"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["x-zm-request-id"] == "request_1"
    assert before <= int(headers["x-zm-request-timestamp"]) <= time.time()


def test_a_500_is_retried_after_5_20_and_60_minutes_and_then_given_up(
    receiver: Receiver,
) -> None:
    receiver.statuses = [500, 503, 502, 500]
    clock = WatchedClock(START)
    counts = send(receiver, delivery(), clock=clock)
    assert clock.minutes == [0, 5, 25, 85]
    assert counts == Counts(deliveries=1, sent=4, retried=3, given_up=1)


def test_a_retry_carries_the_same_bytes_timestamp_and_request_id(receiver: Receiver) -> None:
    receiver.statuses = [503]
    wall_clock = iter((1_772_441_000.0, 1_772_449_999.0))
    with Sender(
        receiver.url, secret=SECRET, clock=ManualClock(START), wall_clock=lambda: next(wall_clock)
    ) as sender:
        sender.add([delivery()])
        counts = sender.run()
    assert receiver.headers[0] == receiver.headers[1]
    assert receiver.headers[0]["x-zm-request-timestamp"] == "1772441000"
    assert receiver.bodies == [BODY, BODY]
    assert counts == Counts(deliveries=1, sent=2, accepted=1, retried=1)


@pytest.mark.parametrize("status", [302, 307, 400, 401, 404, 413, 429])
def test_a_status_of_300_to_499_is_never_retried(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    counts = send(receiver, delivery())
    assert counts == Counts(deliveries=1, sent=1, refused=1)
    assert len(receiver.bodies) == 1


def test_a_response_that_takes_too_long_is_retried(receiver: Receiver) -> None:
    receiver.delay_seconds = 0.5
    counts = send(receiver, delivery(), answer_within=0.1)
    assert counts == Counts(deliveries=1, sent=4, retried=3, given_up=1)


def test_an_unreachable_receiver_is_retried() -> None:
    counts = send(Receiver(url="http://127.0.0.1:1/webhooks/zoom"), delivery())
    assert counts == Counts(deliveries=1, sent=4, retried=3, given_up=1)


def test_later_deliveries_do_not_wait_for_a_retry(receiver: Receiver) -> None:
    receiver.statuses = [500]
    clock = WatchedClock(START)
    later = delivery(at=START + timedelta(minutes=3), body=b'{"event":"later"}')
    last = delivery(at=START + timedelta(minutes=30), body=b'{"event":"last"}')
    send(receiver, delivery(), later, last, clock=clock)
    assert clock.minutes == [0, 3, 5, 30]
    assert receiver.bodies == [BODY, later.body, BODY, last.body]


def test_several_threads_lose_nothing_and_send_nothing_twice(receiver: Receiver) -> None:
    receiver.statuses = [500, 204, 503, 400, 204] * 10
    bodies = [b'{"number":%d}' % number for number in range(100)]
    deliveries = [
        delivery(at=START + timedelta(seconds=number), body=body)
        for number, body in enumerate(bodies)
    ]
    counts = send(receiver, *deliveries, threads=4)
    assert counts.accepted + counts.refused == counts.deliveries == 100
    assert counts.refused == 10
    assert counts.sent == len(receiver.bodies) == 100 + counts.retried
    assert set(receiver.bodies) == set(bodies)


def test_a_run_until_a_time_leaves_the_rest_for_the_next_run(receiver: Receiver) -> None:
    tomorrow = START + timedelta(days=1)
    with Sender(receiver.url, secret=SECRET, clock=ManualClock(START)) as sender:
        sender.add([delivery(), delivery(at=tomorrow)])
        sender.run(until=tomorrow)
        first = len(receiver.bodies)
        sender.run()
    assert (first, len(receiver.bodies)) == (1, 2)


def test_a_running_clock_can_start_elsewhere_run_faster_and_be_stopped() -> None:
    stop = threading.Event()
    clock = RunningClock(stop=stop, start=START, speed=3600.0)
    reached = clock.wait_until(START + timedelta(minutes=5))
    moment = clock.now()
    stop.set()
    assert reached
    assert moment >= START + timedelta(minutes=5)
    assert not clock.wait_until(moment + timedelta(days=1))


def test_a_whole_day_is_delivered_signed_and_accepted(receiver: Receiver) -> None:
    company, day = build_company(users=10), date(2026, 3, 2)
    counts = play_at_once(company, day, seed=1, receiver=Target(receiver.url, SECRET, threads=2))
    planned = deliveries_of(company, day, seed=1)
    assert counts == Counts(deliveries=len(planned), sent=len(planned), accepted=len(planned))
    assert sorted(receiver.bodies) == sorted(one.body for one in planned)
    signatures = [headers["x-zm-signature"] for headers in receiver.headers]
    assert signatures == [receiver.signature_of(number) for number in range(len(signatures))]
    assert 0 < sum("x-zm-request-id" in headers for headers in receiver.headers) < len(signatures)


def test_live_playing_ends_when_it_is_stopped(receiver: Receiver) -> None:
    stop = threading.Event()
    ended = threading.Event()

    def play() -> None:
        target = Target(receiver.url, SECRET)
        play_live(build_company(users=10), seed=1, receiver=target, stop=stop)
        ended.set()

    thread = threading.Thread(target=play)
    thread.start()
    stop.set()
    thread.join(timeout=PATIENCE)
    assert ended.is_set()


def test_an_address_that_passes_the_challenge_is_valid(receiver: Receiver) -> None:
    validate(receiver.url, secret=SECRET, patience_seconds=0)
    assert receiver.challenges == 1


def test_an_address_with_another_secret_is_refused(receiver: Receiver) -> None:
    with pytest.raises(EndpointRefusedError, match="the same secret"):
        validate(receiver.url, secret="another-secret", patience_seconds=0)


def test_an_address_without_a_server_is_refused_when_patience_runs_out() -> None:
    with pytest.raises(EndpointRefusedError, match="No response from"):
        validate("http://127.0.0.1:1/", secret=SECRET, patience_seconds=0)
