"""Deliveries are late, duplicated and out of order, but none is lost or invented."""

from __future__ import annotations

import json
import statistics
from datetime import date

import pytest

from simulator.company import build_company
from simulator.day import build_day
from simulator.delivery import Delivery, plan
from simulator.journal import Event


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return build_day(build_company(users=100), date(2026, 3, 2))


@pytest.fixture(scope="module")
def deliveries(events: list[Event]) -> list[Delivery]:
    return plan(events, seed=1)


def seconds(deliveries: list[Delivery]) -> list[float]:
    return [(one.at - one.event.occurred_at).total_seconds() for one in deliveries]


def test_the_same_seed_plans_the_same_deliveries(
    events: list[Event], deliveries: list[Delivery]
) -> None:
    assert plan(events, seed=1) == deliveries
    assert plan(events, seed=2) != deliveries


def test_no_events_give_an_empty_plan() -> None:
    assert plan([]) == []


def test_every_event_is_delivered_at_least_once_and_nothing_else(
    events: list[Event], deliveries: list[Delivery]
) -> None:
    assert {id(one.event) for one in deliveries} == {id(event) for event in events}
    assert 1.03 < len(deliveries) / len(events) < 1.1


def test_a_second_delivery_has_the_same_content_in_the_same_or_in_other_bytes(
    deliveries: list[Delivery],
) -> None:
    changed = [one for one in deliveries if one.body != one.event.body]
    assert changed
    assert all(json.loads(one.body) == json.loads(one.event.body) for one in changed)


def test_participants_arrive_within_a_second_and_ends_after_seventeen(
    deliveries: list[Delivery],
) -> None:
    joins = [one for one in deliveries if one.event.name == "meeting.participant_joined"]
    ends = [one for one in deliveries if one.event.name == "meeting.ended"]
    assert statistics.median(seconds(joins)) == pytest.approx(0.8, abs=0.2)
    assert statistics.median(seconds(ends)) == pytest.approx(17, abs=4)


def test_some_arrive_late_and_out_of_order(deliveries: list[Delivery]) -> None:
    occurred = [one.event.occurred_at for one in deliveries]
    assert max(seconds(deliveries)) > 60
    assert occurred != sorted(occurred)
    assert [one.at for one in deliveries] == sorted(one.at for one in deliveries)
