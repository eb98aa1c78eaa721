"""Sends days of the company to a receiver: at once, or live in real time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from simulator.clock import ManualClock, RunningClock
from simulator.company import Company
from simulator.day import build_day
from simulator.delivery import Delivery, plan
from simulator.sender import Counts, Sender


@dataclass(frozen=True, slots=True)
class Receiver:
    url: str
    secret: str
    threads: int = 1


def deliveries_of(company: Company, day: date, *, seed: int) -> list[Delivery]:
    return plan(build_day(company, day, seed=seed), seed=seed)


def play_at_once(company: Company, day: date, *, seed: int, receiver: Receiver) -> Counts:
    """Send the whole day, with retries, as fast as the receiver answers, on a clock that jumps."""
    return send_at_once(deliveries_of(company, day, seed=seed), receiver=receiver)


def play_live(company: Company, *, seed: int, receiver: Receiver, stop: threading.Event) -> Counts:
    """Send the events from now on in real time, day after day until `stop`."""
    return send_live(
        lambda day: deliveries_of(company, day, seed=seed), receiver=receiver, stop=stop
    )


def send_at_once(deliveries: list[Delivery], *, receiver: Receiver) -> Counts:
    if not deliveries:
        return Counts()
    with _sender(receiver, ManualClock(deliveries[0].at)) as sender:
        sender.add(deliveries)
        return sender.run()


def send_live(
    deliveries_of_day: Callable[[date], list[Delivery]],
    *,
    receiver: Receiver,
    stop: threading.Event,
) -> Counts:
    clock = RunningClock(stop=stop)
    started_at = clock.now()
    day = started_at.date()
    with _sender(receiver, clock) as sender:
        # Yesterday's last meetings may run past midnight.
        for one in (day - timedelta(days=1), day):
            sender.add(_from(started_at, deliveries_of_day(one)))
        while not stop.is_set():
            day += timedelta(days=1)
            sender.run(until=datetime.combine(day, time(), tzinfo=UTC))
            sender.add(deliveries_of_day(day))
        return sender.counts


def _from(moment: datetime, deliveries: list[Delivery]) -> list[Delivery]:
    return [one for one in deliveries if one.event.occurred_at >= moment]


def _sender(receiver: Receiver, clock: ManualClock | RunningClock) -> Sender:
    return Sender(receiver.url, secret=receiver.secret, clock=clock, threads=receiver.threads)
