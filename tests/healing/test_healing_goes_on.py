"""A run that ends early is continued by the next one, which reads nothing twice."""

from collections import Counter
from datetime import timedelta

import pytest

from integration.healing import hosts, meetings
from integration.healing.budget import LIMITS, Limit
from integration.settings import Settings
from tests.healing.short_past import (
    ANN,
    COLLEAGUES,
    DAY,
    EVERYTHING,
    FIRST,
    NOW,
    OF_ANN,
    OF_BOB,
    SECOND,
    WEBINAR,
    ShortPast,
)

ONE_PER_RUN = Limit(per_second=0.0001, per_day=30_000)  # the second one is always after the end
REPORTS = [f"/v2/report/users/{person.zoom_user_id}/meetings" for person in COLLEAGUES]
PARTICIPANTS = [
    f"/v2/past_meetings/{OF_ANN}/participants",
    f"/v2/past_meetings/{OF_BOB}/participants",
    f"/v2/past_webinars/{WEBINAR}/participants",
]


@pytest.fixture
def slow(past: ShortPast, monkeypatch: pytest.MonkeyPatch) -> ShortPast:
    """One connected account, of which a run can read one user only before its time is over."""
    past.disconnect(SECOND)
    monkeypatch.setitem(LIMITS, "heavy", ONE_PER_RUN)
    return past


def test_a_run_that_reaches_its_limit_is_continued_where_it_stopped(slow: ShortPast) -> None:
    """The last runs have only three days of calls left, which are counted as heavy, too."""
    seen = []
    for _ in range(6):
        counts = slow.heal(HEAL_MINUTES="10")
        seen.append((counts["days"], counts["finished"], counts["unfinished"]))
    assert seen == [(2, 0, 2), (2, 0, 2), (2, 1, 1), (1, 0, 1), (1, 0, 1), (1, 1, 0)]
    assert slow.queued() == EVERYTHING
    calls = Counter(slow.calls())
    assert sorted(slow.calls("/meetings")) == sorted(REPORTS)
    assert sorted(slow.calls("/participants")) == sorted(PARTICIPANTS)
    assert calls.pop("/v2/phone/call_history") == 3
    assert set(calls.values()) == {1}
    requests = "select sum(requests)::integer from zoom_raw.healed_days"
    assert slow.installation.value(requests) == len(slow.calls())
    assert slow.heal()["days"] == 0


def test_whoever_could_not_be_read_is_read_again_although_the_run_ended(
    slow: ShortPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that came after such a one left out the user's sessions, and the day was finished."""
    monkeypatch.setattr(hosts, "CHUNK", 1)
    for path in REPORTS:
        slow.fail(path, times=1, status=408)
    for hours in range(14):
        slow.heal(now=NOW + timedelta(hours=hours), HEAL_MINUTES="10")
        if set(slow.days().values()) == {"finished"}:
            break
    assert slow.queued() == EVERYTHING
    assert {path: slow.calls("/meetings").count(path) for path in REPORTS} == dict.fromkeys(
        REPORTS, 2
    )


def test_a_bad_user_is_read_again_alone(past: ShortPast, monkeypatch: pytest.MonkeyPatch) -> None:
    """All users were read again, each time, until the day's requests of everybody were used up."""
    monkeypatch.setattr(hosts, "CHUNK", 2)
    bad = REPORTS[COLLEAGUES.index(ANN)]
    past.fail(bad, status=408)
    for hours in range(3):
        past.heal(now=NOW + timedelta(hours=3 * hours))
        assert past.queued() == EVERYTHING - Counter({OF_ANN: 6})
    assert Counter(past.calls("/meetings")) == {path: 3 if path == bad else 1 for path in REPORTS}
    past.control("fail", method="DELETE")
    past.heal(now=NOW + timedelta(hours=12))
    assert past.days()[DAY, "meetings"] == "finished"
    assert past.queued() == EVERYTHING
    assert sorted(past.calls("/participants")) == sorted(PARTICIPANTS)


def test_a_run_ends_in_time_although_zoom_does_not_answer(
    past: ShortPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other account is not affected if there is time for it."""
    past.fail(REPORTS[0], times=1, delay_seconds=6.0)
    with monkeypatch.context() as hurried:
        hurried.setattr(Settings, "heal_minutes", 3 / 60)
        counts = past.heal()
    assert counts["unfinished"] >= 1
    assert counts["unfinished"] + counts["finished"] == counts["days"] == 4
    past.control("fail", method="DELETE")
    counts = past.heal()
    assert (counts["unfinished"], counts["failed"]) == (0, 0)
    assert (past.queued(FIRST), past.queued(SECOND)) == (EVERYTHING, EVERYTHING)


def test_sessions_are_compared_in_several_parts(
    past: ShortPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "CHUNK", 1)
    monkeypatch.setattr(meetings, "CHUNK", 1)
    assert past.heal()["finished"] == 4
    assert past.queued() == EVERYTHING
    assert sorted(past.calls("/meetings")) == sorted(REPORTS)
    assert sorted(past.calls("/participants")) == sorted(PARTICIPANTS)


def test_a_day_that_is_healed_again_adds_nothing_twice(past: ShortPast) -> None:
    past.heal()
    again = past.heal(day=DAY)
    assert (again["days"], again["finished"], again["gaps"]) == (4, 4, 0)
    assert past.queued() == EVERYTHING
    assert past.installation.value("select max(runs) from zoom_raw.healed_days") == 2
