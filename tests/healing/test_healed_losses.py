"""The simulator loses a twentieth of the webhooks, or a whole day: after healing, the marts equal
those of a day without losses that was healed, too. Of a whole day, they equal those of webhooks
that say what Zoom's REST API reports (docs/operations/healing.md).
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simulator.attempts import Attempt
from simulator.company import Company
from simulator.day import build_whole_day
from simulator.losses import Losses
from simulator.world import World
from tests.healing.story import (
    DAY,
    NEXT_MORNING,
    NIGHT,
    SEED,
    Marts,
    Played,
    differences,
    installed,
    marts_of,
    played,
    simulated,
)
from tests.healing.what_rest_reports import what_rest_reports

LATER = NEXT_MORNING + timedelta(hours=1)
SHARE = Losses(share=0.05, seed=5)
Simulator = tuple[Company, World, str]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated() as found:
        yield found


@pytest.fixture(scope="module")
def whole(server_url: str, home: Path, simulator: Simulator) -> Marts:
    """Without losses, but healed, because Zoom never sends some webhooks at all."""
    with played(server_url, home, simulator, Losses()) as found:
        assert found.heal()["finished"] == 2
        found.batch("healed", now=NEXT_MORNING)
        return found.marts["healed"]


@pytest.fixture(scope="module")
def reported(server_url: str, home: Path, simulator: Simulator) -> Marts:
    """As if webhooks had said what Zoom's REST API reports, and nothing else."""
    events = build_whole_day(simulator[0], DAY, seed=SEED)
    with installed(server_url, home, simulator) as installation:
        installation.deliver_in_order(list(what_rest_reports(events)))
        installation.batch(now=NIGHT)
        return marts_of(installation)


def healed_twice(found: Played) -> None:
    assert (found.heal()["finished"], found.heal()["days"]) == (2, 0)
    found.batch("healed", now=NEXT_MORNING)
    assert found.heal(day=DAY)["gaps"] == 0  # nothing is found twice


def test_a_twentieth_is_restored(
    server_url: str, home: Path, simulator: Simulator, whole: Marts
) -> None:
    with played(server_url, home, simulator, SHARE) as found:
        lost = {one.event.name for one in found.lost}
        assert {"meeting.participant_joined", "meeting.participant_left"} <= lost
        assert not lost & {"meeting.participant_bind", "webinar.participant_bind"}
        assert differences(whole, found.marts["received"])
        healed_twice(found)
        assert differences(whole, found.marts["healed"]) == {}
        found.deliver_lost()
        found.batch("late", now=LATER)
        assert differences(whole, found.marts["late"]) == {}


def test_a_whole_day_is_restored_except_for_what_zoom_does_not_report(
    server_url: str, home: Path, simulator: Simulator, whole: Marts, reported: Marts
) -> None:
    with played(server_url, home, simulator, Losses(days=frozenset([DAY]))) as found:
        assert found.marts["received"] == {}
        healed_twice(found)
        healed = found.marts["healed"]
        assert found.events("webhook") == {}
        found_sessions = {key for key in healed if key[0] == "timeline.sessions"}
        sessions = {key for key in whole if key[0] == "timeline.sessions"}
        assert len(found_sessions) == len(sessions) - 1  # one had a single participant
        assert {healed[key]["end_source"] for key in found_sessions} == {"api"}
        assert differences(reported, healed) == {}
        # Webhooks that arrive after all restore the rest, in any batch and twice.
        found.deliver_lost()
        found.batch("late", now=LATER)
        assert differences(whole, found.marts["late"]) == {}
        found.deliver_lost()
        found.batch("twice", now=LATER + timedelta(hours=1))
        assert differences(whole, found.marts["twice"]) == {}


def test_zooms_log_has_everything(
    server_url: str, home: Path, simulator: Simulator, whole: Marts
) -> None:
    """The bodies of webhooks that could not be delivered; one that is no JSON is counted."""
    losses = Losses(days=frozenset([DAY]), are_logged=True)
    with played(server_url, home, simulator, losses) as found:
        world = simulator[1]
        world.attempts.extend(Attempt(one.at, one.body.decode()) for one in found.lost)
        world.attempts.append(Attempt(found.lost[0].at, '{"event": "meeting.ended", "payl'))
        healed = found.heal(ZOOM_APP_ID=world.app.id)
        assert (healed["finished"], healed["failed"], healed["unreadable"]) == (3, 0, 1)
        found.batch("healed", now=NEXT_MORNING)
        assert differences(whole, found.marts["healed"]) == {}
        assert found.events("webhook") == {}
