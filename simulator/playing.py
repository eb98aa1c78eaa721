"""Sends days of the company to a receiver: at once, or live in real time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from simulator.clock import ManualClock, RunningClock
from simulator.company import Company
from simulator.day import build_day, build_whole_day
from simulator.delivery import Delivery, plan
from simulator.losses import NO_LOSSES, Losses
from simulator.sender import Counts, Observer, Sender


@dataclass(frozen=True, slots=True)
class Receiver:
    url: str
    secret: str
    threads: int = 1


def deliveries_of(company: Company, day: date, *, seed: int) -> list[Delivery]:
    return plan(build_day(company, day, seed=seed), seed=seed)


def whole_deliveries_of(company: Company, day: date, *, seed: int) -> list[Delivery]:
    """The same, with the events that Zoom never sends, for an observer."""
    return plan(build_whole_day(company, day, seed=seed), seed=seed)


def play_at_once(
    company: Company,
    day: date,
    *,
    seed: int,
    receiver: Receiver,
    losses: Losses = NO_LOSSES,
    observer: Observer | None = None,
) -> Counts:
    """Send the whole day, with retries, as fast as the receiver answers, on a clock that jumps."""
    deliveries = losses.apply(whole_deliveries_of(company, day, seed=seed))
    return send_at_once(deliveries, receiver=receiver, observer=observer)


def play_live(
    company: Company,
    *,
    seed: int,
    receiver: Receiver,
    stop: threading.Event,
    losses: Losses = NO_LOSSES,
    observer: Observer | None = None,
) -> Counts:
    """Send the events from now on in real time, day after day until `stop`."""
    return send_live(
        lambda day: losses.apply(whole_deliveries_of(company, day, seed=seed)),
        receiver=receiver,
        stop=stop,
        observer=observer,
    )


def send_at_once(
    deliveries: list[Delivery], *, receiver: Receiver, observer: Observer | None = None
) -> Counts:
    if not deliveries:
        return Counts()
    with _sender(receiver, ManualClock(deliveries[0].at), observer) as sender:
        sender.add(deliveries)
        return sender.run()


def send_live(
    deliveries_of_day: Callable[[date], list[Delivery]],
    *,
    receiver: Receiver,
    stop: threading.Event,
    observer: Observer | None = None,
) -> Counts:
    clock = RunningClock(stop=stop)
    started_at = clock.now()
    day = started_at.date()
    with _sender(receiver, clock, observer) as sender:
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


def _sender(
    receiver: Receiver, clock: ManualClock | RunningClock, observer: Observer | None
) -> Sender:
    return Sender(
        receiver.url,
        secret=receiver.secret,
        clock=clock,
        threads=receiver.threads,
        observer=observer,
    )
