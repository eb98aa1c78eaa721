"""Zoom's rate limits, and healing's own: a short one is waited for, a long one ends the run of its
source, and the next run reads only what is left.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from integration.healing.budget import LIMITS
from tests.healing.short_past import (
    CALL,
    COLLEAGUES,
    DAY,
    EVERYTHING,
    FIRST,
    NOW,
    OF_ANN,
    OF_BOB,
    ONE_DAY,
    SECOND,
    WEBINAR,
    ShortPast,
)

REPORTS = [f"/v2/report/users/{person.zoom_user_id}/meetings" for person in COLLEAGUES]
OF_BOTH = (FIRST, SECOND)
USED = "select label, sum(requests)::integer from pipeline.zoom_requests group by 1 order by 1"


def use_up(past: ShortPast, label: str, *, left: int) -> None:
    """The requests of the first account. The day of healing's own limits is that of the clock;
    around midnight, either may be used.
    """
    today = datetime.now(UTC).date()
    for day in (today, today + ONE_DAY):
        past.installation.execute(
            "insert into pipeline.zoom_requests (day, zoom_account_id, label, requests) "
            "values (%s, %s, %s, %s)",
            [day, FIRST, label, LIMITS[label].per_day - left],  # type: ignore[index]
        )


def start_new_day(past: ShortPast) -> None:
    """As if the requests had been sent yesterday."""
    past.installation.execute("truncate pipeline.zoom_requests")
    past.installation.execute("update zoom_raw.healed_days set retry_at = %s", [NOW])


@pytest.mark.parametrize("headers", [{"Retry-After": "1"}, {}], ids=["Retry-After", "no header"])
def test_a_limit_per_second_is_waited_for(headers: dict[str, str], past: ShortPast) -> None:
    past.fail(REPORTS[0], times=1, status=429, headers=headers, body={"code": 4001})
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (4, 0)
    assert Counter(past.calls("/meetings")) == {
        path: 2 if path == REPORTS[0] else 1 for path in REPORTS
    }
    assert past.queued() == EVERYTHING


def test_limits_lower_than_ours_are_obeyed(past: ShortPast) -> None:
    """Those of a smaller plan, or because other apps use the account's limits, too."""
    past.control("limits", account_id=FIRST, label="heavy", per_second=1)
    past.control("limits", account_id=FIRST, label="medium", per_second=1)
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (4, 0)
    assert (past.queued(FIRST), past.queued(SECOND)) == (EVERYTHING, EVERYTHING)
    use = past.control("limits", method="GET")
    assert use["most_per_second"][FIRST]["heavy"] == 1
    assert use["refused"].get(SECOND) is None


def test_a_limit_per_day_ends_the_run_until_zoom_accepts_requests_again(past: ShortPast) -> None:
    """What was read before is not read again. Calls have a limit of their own."""
    until = max(NOW, datetime.now(UTC)) + timedelta(hours=2)
    for path in REPORTS[1:]:
        past.fail(path, status=429, headers={"Retry-After": until.isoformat()}, body={"code": 429})
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (3, 1)
    assert (past.queued(FIRST), past.queued(SECOND)) == (Counter({CALL: 1}), EVERYTHING)
    assert "request limit for this account has been reached" in past.days()[DAY, "meetings"]
    past.control("fail", method="DELETE")
    assert past.heal(now=until - timedelta(minutes=1))["requests"] == 0
    assert past.heal(now=until + timedelta(minutes=1))["failed"] == 0
    assert past.queued() == EVERYTHING
    assert past.calls(REPORTS[0]) == [REPORTS[0]]


def test_zooms_own_number_of_a_day_ends_the_run(past: ShortPast) -> None:
    past.control("limits", account_id=FIRST, label="heavy", per_day=2)
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (3, 1)
    assert len(past.calls("/meetings")) == len(REPORTS)  # one of them was refused
    past.control("limits", method="DELETE")
    retry_at = "select retry_at from zoom_raw.healed_days where finished_at is null"
    later: datetime = past.installation.value(retry_at)
    assert later > datetime.now(UTC)
    past.heal(now=later)
    assert past.days()[DAY, "meetings"] == "finished"
    assert past.queued() == EVERYTHING
    assert len(past.calls("/meetings")) == len(REPORTS) + 1


def test_our_own_heavy_requests_of_a_day_are_those_of_one_account(past: ShortPast) -> None:
    """Three reports are needed and a call: two are read, and nobody is read twice."""
    use_up(past, "heavy", left=2)
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (2, 2)
    assert past.queued(SECOND) == EVERYTHING
    assert len(past.calls("/meetings")) == 2
    assert past.calls("/call_history") == []
    error = past.days()[DAY, "meetings"]
    assert "The 15,000 requests of the kind “heavy”" in error
    start_new_day(past)
    assert past.heal()["failed"] == 0
    for account in OF_BOTH:
        assert past.queued(account) == EVERYTHING
        assert sorted(past.calls("/meetings", account)) == sorted(REPORTS)
        assert len(past.calls("/call_history", account)) == 3


def test_without_medium_requests_calls_are_healed_and_users_are_not_listed_again(
    past: ShortPast,
) -> None:
    past.disconnect(SECOND)
    use_up(past, "medium", left=0)
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (1, 1)
    assert past.queued() == Counter({WEBINAR: 2, CALL: 1})
    assert "The 60,000 requests of the kind “medium”" in past.days()[DAY, "meetings"]
    start_new_day(past)
    assert past.heal()["finished"] == 1
    assert past.queued() == EVERYTHING
    assert sorted(past.calls("/meetings")) == sorted(REPORTS)


def test_without_heavy_requests_sessions_that_were_listed_are_compared(past: ShortPast) -> None:
    """The budgets are apart: medium requests do not wait for heavy ones."""
    past.disconnect(SECOND)
    use_up(past, "medium", left=0)
    past.heal()
    start_new_day(past)
    past.installation.execute("delete from zoom_raw.healed_days where source = 'phone'")
    use_up(past, "heavy", left=0)
    counts = past.heal()
    assert (counts["finished"], counts["failed"]) == (1, 1)
    assert past.days()[DAY, "meetings"] == "finished"
    assert past.queued() == EVERYTHING


def test_requests_that_were_not_needed_are_given_back(past: ShortPast) -> None:
    past.heal()
    sessions = Counter(
        path.removesuffix("/participants")
        for account in OF_BOTH
        for path in past.calls(account=account)
        if path.startswith("/v2/past_")
    )
    assert sessions == {
        f"/v2/past_meetings/{OF_ANN}": 4,
        f"/v2/past_meetings/{OF_BOB}": 4,
        f"/v2/past_webinars/{WEBINAR}": 2,
    }
    assert past.installation.execute(USED) == [("heavy", 12), ("medium", 10)]
