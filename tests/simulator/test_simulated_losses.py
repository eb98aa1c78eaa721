"""Swallowed events: they never arrive, REST knows of them, and Zoom's log only on request."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from simulator.app import APP_ID
from simulator.company import build_company
from simulator.day import build_day, build_whole_day
from simulator.delivery import Fate
from simulator.losses import Losses
from simulator.memory import Memory
from simulator.playing import Receiver as Target
from simulator.playing import deliveries_of, play_at_once, whole_deliveries_of
from simulator.sender import Counts
from tests.simulator.local_receiver import SECRET, Receiver
from tests.simulator.zoom_client import Zoom

DAY = date(2026, 3, 2)
COMPANY = build_company()
LOG = f"/v2/marketplace/apps/{APP_ID}/webhook_logs"


@pytest.fixture(autouse=True)
def _evening(clock: list[float]) -> None:
    """It is the evening of the day after, when the last retry has been made."""
    clock[0] = (datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(days=2)).timestamp()


def play(zoom: Zoom, receiver: Receiver, losses: Losses) -> Counts:
    memory = Memory(zoom.world, receiver.url)
    target = Target(receiver.url, SECRET)
    return play_at_once(COMPANY, DAY, seed=1, receiver=target, losses=losses, observer=memory)


def sessions(zoom: Zoom) -> int:
    """How many sessions REST reports."""
    zoom.control("limits", label="heavy", per_second=1000)
    token = zoom.connect()["access_token"]
    days = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    return sum(
        zoom.get(f"/v2/report/users/{user.id}/meetings", token, **days).json()["total_records"]
        for user in COMPANY.users
        if user.id
    )


def logged(zoom: Zoom, **query: str) -> list[dict[str, object]]:
    token = zoom.token(grant_type="client_credentials").json()["access_token"]
    found, page = [], ""
    while True:
        answer = zoom.get(LOG, token, page_size=300, next_page_token=page, **query).json()
        found += answer["webhook_logs"]
        page = answer["next_page_token"]
        if not page:
            return found


def test_a_share_of_the_events_is_lost_in_all_their_deliveries() -> None:
    deliveries = deliveries_of(build_company(users=100), DAY, seed=1)
    kept = {
        fate: {one.event.body for one in Losses(0.05).apply(deliveries) if one.fate is fate}
        for fate in Fate
    }
    lost, sent = kept[Fate.SWALLOWED], kept[Fate.SENT]
    assert 0.04 < len(lost) / len(lost | sent) < 0.06
    assert not lost & sent


def test_the_same_seed_loses_the_same_events() -> None:
    deliveries = deliveries_of(COMPANY, DAY, seed=1)
    assert Losses(0.05).apply(deliveries) == Losses(0.05).apply(deliveries)
    assert Losses(0.05).apply(deliveries) != Losses(0.05, seed=2).apply(deliveries)


def test_deliveries_are_the_same_with_and_without_what_zoom_never_sends() -> None:
    whole = whole_deliveries_of(COMPANY, DAY, seed=1)
    assert [one for one in whole if one.fate is Fate.SENT] == deliveries_of(COMPANY, DAY, seed=1)
    assert [one for one in whole if one.fate is Fate.NEVER_SENT]


def test_a_swallowed_share_does_not_arrive_and_rest_knows_of_it(
    zoom: Zoom, receiver: Receiver
) -> None:
    counts = play(zoom, receiver, Losses(0.2))
    deliveries = len(deliveries_of(COMPANY, DAY, seed=1))
    assert 0.1 < counts.swallowed / deliveries < 0.3
    assert counts == Counts(
        deliveries=deliveries,
        sent=len(receiver.bodies),
        accepted=len(receiver.bodies),
        swallowed=deliveries - len(receiver.bodies),
    )
    whole = build_whole_day(COMPANY, DAY)
    ended = {one.session for one in whole if one.name in ("meeting.ended", "webinar.ended")}
    assert sessions(zoom) == len(ended)
    assert logged(zoom) == []


def test_a_swallowed_day_leaves_rest_as_it_is(zoom: Zoom, receiver: Receiver) -> None:
    play(zoom, receiver, Losses())
    known = sessions(zoom)
    zoom.http.delete(f"{zoom.url}/_control/history")
    receiver.bodies.clear()
    counts = play(zoom, receiver, Losses(days=frozenset({DAY})))
    late = {json.loads(body)["event_ts"] // 1000 for body in receiver.bodies}
    midnight = datetime.combine(DAY + timedelta(days=1), datetime.min.time(), UTC).timestamp()
    assert counts.swallowed > 0
    assert all(second >= midnight for second in late)
    assert sessions(zoom) == known > 0


def test_swallowed_events_are_logged_on_request_with_each_attempt(
    zoom: Zoom, receiver: Receiver
) -> None:
    counts = play(zoom, receiver, Losses(0.05, are_logged=True))
    found = logged(zoom)
    by_request: dict[object, set[object]] = {}
    for row in found:
        by_request.setdefault(row["request_id"], set()).add(row["retry_num"])
    assert len(by_request) == counts.swallowed > 0
    assert all(numbers == {0, 1, 2, 3} for numbers in by_request.values())
    bodies = {event.body.decode() for event in build_day(COMPANY, DAY)}
    assert sum(row["request_body"] in bodies for row in found) > 0.9 * len(found)


def test_attempts_that_failed_are_logged_and_others_as_successes(
    zoom: Zoom, receiver: Receiver
) -> None:
    receiver.statuses = [503, 400]
    counts = play(zoom, receiver, Losses())
    failed = logged(zoom)
    assert {row["status"] for row in failed} == {503, 400}
    assert len(logged(zoom, type="3")) == counts.accepted
