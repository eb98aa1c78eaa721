"""Which days of which accounts a run heals."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from tests.healing.short_past import (
    CALL,
    DAY,
    EVERYTHING,
    FIRST,
    MORNING,
    NOW,
    OF_ANN,
    ONE_DAY,
    SECOND,
    ShortPast,
)

END = MORNING + ONE_DAY
FOUR_HOURS = timedelta(hours=4)
LONG_AGO = MORNING - timedelta(days=30)
ENDED_AT = MORNING + timedelta(hours=10)  # the sessions; the call an hour later


@pytest.fixture
def quiet(past: ShortPast) -> ShortPast:
    """Without anything that Zoom could be asked for, so that only the days matter."""
    past.installation.execute("update zoom_raw.users set is_listed = false")
    past.installation.execute("update integration.connections set lacks_phone = true")
    past.disconnect(SECOND)
    return past


def connected(past: ShortPast, at: datetime, account: str = FIRST) -> None:
    past.installation.execute(
        "update integration.connections set connected_at = %s where zoom_account_id = %s",
        [at, account],
    )


def set_processing(past: ShortPast, value: str, *, at: datetime) -> None:
    past.installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value, changed_at) "
        "values ('firm-0', 'processing', %s, %s)",
        [value, at],
    )


def healed(past: ShortPast, *, now: datetime) -> list[date]:
    past.heal(now=now)
    return sorted(day for day, _ in past.days())


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (FOUR_HOURS - timedelta(seconds=1), []),
        (FOUR_HOURS, [DAY]),
        (ONE_DAY + FOUR_HOURS - timedelta(seconds=1), [DAY]),
        (ONE_DAY + FOUR_HOURS, [DAY, DAY + ONE_DAY]),
    ],
)
def test_a_day_is_due_four_hours_after_its_end(
    after: timedelta, expected: list[date], quiet: ShortPast
) -> None:
    assert healed(quiet, now=END + after) == expected


def test_the_last_week_is_due_and_nothing_older(quiet: ShortPast) -> None:
    connected(quiet, LONG_AGO)
    last_week = [DAY - timedelta(days=days) for days in reversed(range(7))]
    assert healed(quiet, now=NOW) == last_week
    assert quiet.heal(now=NOW)["days"] == 0


def test_no_day_before_the_connection_is_due_even_if_somebody_asks_for_it(
    quiet: ShortPast,
) -> None:
    before = DAY - ONE_DAY
    assert quiet.heal(now=NOW, day=before)["days"] == 0
    assert healed(quiet, now=NOW) == [DAY]


def test_an_old_day_is_healed_if_somebody_asks_for_it(quiet: ShortPast) -> None:
    connected(quiet, LONG_AGO)
    long_ago = DAY - timedelta(days=20)
    assert quiet.heal(now=NOW, day=long_ago)["finished"] == 1
    assert quiet.days() == {(long_ago, "meetings"): "finished"}


def test_what_fails_is_tried_again_after_twice_as_long_until_the_day_is_a_week_old(
    past: ShortPast,
) -> None:
    past.disconnect(SECOND)
    past.installation.execute("update zoom_raw.users set is_listed = false")
    past.fail("/v2/phone/call_history", status=408)
    tried = []
    for minutes in (0, 19, 20, 59, 60, 139, 140):
        past.heal(now=NOW + timedelta(minutes=minutes))
        tried.append(len(past.calls("/call_history")))
    assert tried == [1, 1, 2, 2, 3, 3, 4]
    runs = "select runs from zoom_raw.healed_days where source = 'phone' and day = %s"
    for days in (6, 7):
        past.heal(now=NOW - FOUR_HOURS + timedelta(days=days))
        tried.append(past.installation.value(runs, [DAY]))
    assert tried[-2:] == [5, 5]
    assert past.days()[DAY, "phone"].startswith("Zoom is having problems")


def test_a_day_that_is_asked_for_before_it_is_due_is_healed_again_then(past: ShortPast) -> None:
    past.disconnect(SECOND)
    early = END + timedelta(hours=1)
    assert past.heal(now=early, day=DAY)["finished"] == 2
    assert set(past.days().values()) == {"unfinished"}
    assert past.heal(now=END + timedelta(hours=2))["days"] == 0
    again = past.heal(now=END + FOUR_HOURS)
    assert (again["finished"], again["gaps"], past.queued()) == (2, 0, EVERYTHING)
    assert set(past.days().values()) == {"finished"}


def test_an_organization_whose_data_is_held_is_not_healed(past: ShortPast) -> None:
    set_processing(past, "held", at=MORNING)
    past.heal(now=NOW)
    assert (past.days(FIRST), past.calls()) == ({}, [])
    assert past.queued(SECOND) == EVERYTHING
    assert past.heal(now=NOW, day=DAY)["days"] == 2  # of the other one


def test_what_happened_while_data_was_held_is_never_added(past: ShortPast) -> None:
    set_processing(past, "held", at=MORNING)
    set_processing(past, "released", at=ENDED_AT + timedelta(minutes=1))
    past.heal(now=NOW)
    assert past.queued() == Counter({CALL: 1})
    known = "select count(*) from zoom_raw.known_sessions where zoom_account_id = %s"
    assert past.installation.value(known, [FIRST]) == 1


def test_a_disconnected_account_is_not_healed(past: ShortPast) -> None:
    past.disconnect(FIRST)
    past.heal(now=NOW)
    past.heal(now=NOW, day=DAY)
    assert (past.days(FIRST), past.calls(), past.queued(FIRST)) == ({}, [], Counter())
    assert past.queued(SECOND) == EVERYTHING


def test_only_what_ended_in_connected_time_is_added(past: ShortPast) -> None:
    """The account was disconnected for some time; the sessions ended meanwhile, not the call."""
    connected(past, ENDED_AT + timedelta(minutes=1))
    past.installation.execute(
        """
        insert into integration.connections
            (organization_id, zoom_account_id, status, connected_at, granted_at, disconnected_at)
        values ('firm-0', %(account)s, 'disconnected', %(at)s, %(at)s, %(until)s)
        """,
        {"account": FIRST, "at": MORNING, "until": ENDED_AT},
    )
    past.heal(now=NOW)
    assert (past.queued(FIRST), past.queued(SECOND)) == (Counter({CALL: 1}), EVERYTHING)


def test_the_list_of_users_is_needed_except_for_zooms_log(past: ShortPast) -> None:
    past.installation.execute("update integration.connections set users_imported_at = null")
    assert past.heal(now=NOW)["days"] == 0
    past.control("app", id="OurApp")
    past.heal(now=NOW, ZOOM_APP_ID="OurApp")
    assert past.days() == {(DAY, "webhook_logs"): "finished"}


def test_calls_of_an_account_without_zoom_phone_are_not_asked_for(past: ShortPast) -> None:
    past.installation.execute("update integration.connections set lacks_phone = true")
    past.heal(now=NOW)
    assert past.days() == {(DAY, "meetings"): "finished"}
    assert past.calls("/call_history") == []
    assert past.queued()[OF_ANN] == 6
