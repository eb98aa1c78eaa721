"""A source that Zoom refuses is off alone, is reported once, and works again once it is allowed."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from integration.healing import hosts
from simulator.app import APP
from tests.healing.short_past import (
    ANN,
    BOB,
    CALL,
    CLEO,
    DAY,
    EVERYTHING,
    FIRST,
    MORNING,
    NOW,
    OF_ANN,
    OF_BOB,
    ONE_DAY,
    SECOND,
    WEBINAR,
    ShortPast,
    session,
)

ONLY_CALL = Counter({CALL: 1})
ONLY_ENDS_OF_WEBINAR = EVERYTHING - Counter({WEBINAR: 4})
NO_CALL = EVERYTHING - ONLY_CALL
MISSING = "These Zoom permissions are missing: {}."
NO_PLAN = "The Zoom plan, or the role of the person who connected the account, does not allow this."
NO_PERMISSION = "The person who connected Zoom does not have permission to read this."
# What Zoom denies -> the source that is off, what is added nevertheless, and the reason.
REFUSALS: dict[str, tuple[dict[str, Any], str, Counter[str], str]] = {
    "no scope for reports": (
        {"missing_scopes": ["report:read:user:admin"]},
        "meetings", ONLY_CALL, MISSING.format("report:read:user:admin"),
    ),
    "no scope for participants": (
        {"missing_scopes": ["meeting:read:list_past_participants:admin"]},
        "meetings", Counter({WEBINAR: 6, CALL: 1}),
        MISSING.format("meeting:read:list_past_participants:admin"),
    ),
    "no scope for visitors": (
        {"missing_scopes": ["webinar:read:list_past_participants:admin"]},
        "webinars", ONLY_ENDS_OF_WEBINAR,
        MISSING.format("webinar:read:list_past_participants:admin"),
    ),
    "no scope for calls": (
        {"missing_scopes": ["phone:read:list_call_logs:admin"]},
        "phone", NO_CALL, MISSING.format("phone:read:list_call_logs:admin"),
    ),
    "a free plan": ({"plan": "free"}, "meetings", ONLY_CALL, NO_PLAN),
    "no webinars": ({"has_webinars": False}, "webinars", ONLY_ENDS_OF_WEBINAR, NO_PLAN),
    "no phone": ({"has_phone": False}, "phone", NO_CALL, NO_PERMISSION),
}  # fmt: skip


def notified(past: ShortPast, *, at: datetime) -> list[tuple[str | None, str]]:
    return [(one.organization_id, one.cause) for one in past.notifications(now=at)]


@pytest.mark.parametrize("denied", REFUSALS)
def test_a_refused_source_is_off_alone_until_zoom_allows_it(denied: str, past: ShortPast) -> None:
    access, source, added, reason = REFUSALS[denied]
    past.control("access", account_id=FIRST, **access)
    counts = past.heal()
    assert (counts["refused"], counts["finished"], counts["failed"]) == (1, 3, 0)
    assert (past.queued(FIRST), past.queued(SECOND)) == (added, EVERYTHING)
    assert past.refused() == [(FIRST, source)]
    [noticed] = past.notifications(now=NOW)
    assert (noticed.organization_id, noticed.cause) == ("firm-0", "sources_refused")
    assert [each[: len(reason)] for each in noticed.facts["reasons"]] == [reason]

    past.disconnect(SECOND)  # which would only make the rest take longer
    tomorrow = NOW + ONE_DAY
    assert past.heal(now=tomorrow)["refused"] >= 1
    assert (past.refused(), notified(past, at=tomorrow)) == ([(FIRST, source)], [])
    assert past.queued() == added

    past.control("access", method="DELETE")
    later = tomorrow + ONE_DAY
    assert past.heal(now=later)["refused"] == 0
    assert (past.refused(), notified(past, at=later)) == ([], [])
    assert past.queued() == EVERYTHING
    open_causes = "select count(*) from integration.causes where ended_at is null"
    assert past.installation.value(open_causes) == 0


def test_zooms_log_is_off_alone_and_the_operator_is_notified_once(past: ShortPast) -> None:
    past.control("app", id="OurApp", scopes=[])
    body = session("uuid-failed==", BOB, FIRST).ended()
    past.control("webhook-log", attempts=[{"body": body, "at": (NOW - ONE_DAY / 2).isoformat()}])
    counts = past.heal(ZOOM_APP_ID="OurApp")
    assert (counts["refused"], counts["finished"]) == (2, 4)
    assert (past.queued(FIRST), past.queued(SECOND)) == (EVERYTHING, EVERYTHING)
    assert past.refused() == [("-", "webhook_logs")]
    assert notified(past, at=NOW) == [(None, "webhook_log_refused")]
    assert len(past.calls("webhook_logs", account=APP)) == 1  # for both accounts

    tomorrow = NOW + ONE_DAY
    past.heal(now=tomorrow, ZOOM_APP_ID="OurApp")
    assert notified(past, at=tomorrow) == []

    past.control("app", scopes=["marketplace_app:read:admin"])
    later = tomorrow + ONE_DAY
    assert past.heal(now=later, ZOOM_APP_ID="OurApp")["refused"] == 0
    assert (past.refused(), past.queued()) == ([], EVERYTHING + Counter({"uuid-failed==": 1}))


def test_a_reconnected_account_is_tried_again_at_once(past: ShortPast) -> None:
    past.control("access", account_id=FIRST, missing_scopes=["report:read:user:admin"])
    past.heal()
    past.control("access", method="DELETE")
    in_an_hour = NOW + ONE_DAY / 24
    assert past.heal(now=in_an_hour)["days"] == 0
    past.installation.execute(
        "update integration.connections set granted_at = %s where zoom_account_id = %s",
        [NOW + ONE_DAY / 48, FIRST],
    )
    assert past.heal(now=in_an_hour)["finished"] == 1
    assert (past.queued(), past.refused()) == (EVERYTHING, [])


def test_two_refused_sources_are_one_problem_of_the_account(past: ShortPast) -> None:
    past.control("access", account_id=FIRST, plan="free", has_phone=False)
    assert past.heal()["refused"] == 2
    assert past.refused() == [(FIRST, "meetings"), (FIRST, "phone")]
    assert notified(past, at=NOW) == [("firm-0", "sources_refused")]


@pytest.mark.parametrize("chunk", [1, 64])
@pytest.mark.parametrize("answer", [(403, {}), (400, {"code": 200, "message": "No permission."})])
def test_one_user_or_meeting_that_zoom_refuses_switches_nothing_off(
    answer: tuple[int, dict[str, Any]],
    chunk: int,
    past: ShortPast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some users have a plan or permissions of their own, also the first ones that are read."""
    monkeypatch.setattr(hosts, "CHUNK", chunk)
    status, body = answer
    past.fail(f"/v2/report/users/{BOB.zoom_user_id}/meetings", status=status, body=body)
    past.fail(f"/v2/past_meetings/{OF_ANN}/participants", status=status, body=body)
    past.control("history", events=session("uuid-more==", ANN, FIRST).whole([BOB, ANN]))
    counts = past.heal()
    assert (counts["finished"], counts["refused"], counts["unreadable"]) == (4, 0, 2)
    assert past.refused() == []
    assert past.queued() == Counter({"uuid-more==": 6, OF_ANN: 2, WEBINAR: 6, CALL: 1})
    assert set(past.days()) == {(DAY, "meetings"), (DAY, "phone")}
    assert OF_BOB not in past.queued()


def test_a_refused_meeting_that_is_the_only_one_switches_nothing_off(past: ShortPast) -> None:
    """On a weekend, for example. Its start and end are those of Zoom's list."""
    past.control("history", method="DELETE")
    past.control("history", events=session(OF_ANN, ANN, FIRST).whole([ANN, BOB]))
    past.fail(f"/v2/past_meetings/{OF_ANN}/participants", status=403)
    counts = past.heal()
    assert (counts["finished"], counts["refused"], counts["unreadable"]) == (4, 0, 1)
    assert past.refused() == []
    assert past.queued() == Counter({OF_ANN: 2})


def test_webinars_that_are_refused_do_not_keep_meetings_of_other_days_from_being_healed(
    past: ShortPast,
) -> None:
    past.connected_at(MORNING - ONE_DAY)
    past.control(
        "access", account_id=FIRST, missing_scopes=["webinar:read:list_past_participants:admin"]
    )
    ended_at = MORNING - ONE_DAY / 2
    earlier = session("uuid-earlier==", CLEO, FIRST, kind="webinar", ended_at=ended_at)
    past.control("history", events=earlier.whole([CLEO, ANN]))
    assert past.heal()["refused"] == 2
    assert past.queued()[OF_ANN] == EVERYTHING[OF_ANN]
