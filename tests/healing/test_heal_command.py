"""`worksights-zoom heal`: what it says, and its exit codes."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.commands.program import APP_SETTINGS, Program, program_with
from tests.databases import with_own_logins
from tests.healing.short_past import (
    ANN,
    EVERYTHING,
    FIRST,
    SECOND,
    ShortPast,
    everything,
    newest_due,
)
from tests.pipeline.installation import CLIENT_SECRET

LEFT = "Error: Some accounts or sources are not finished. They are tried again automatically."


@pytest.fixture(scope="module")
def shared_program(shared_past: ShortPast) -> Iterator[Program]:
    zoom = {"ZOOM_OAUTH_URL": shared_past.zoom, "ZOOM_API_URL": shared_past.zoom}
    app = {**APP_SETTINGS, "ZOOM_CLIENT_SECRET": CLIENT_SECRET}
    with program_with(**app, **zoom, **with_own_logins(shared_past.installation.url)) as found:
        yield found


@pytest.fixture
def program(shared_program: Program, past: ShortPast) -> Program:
    """One account, of which one day is due by the clock, with everything that happened on it."""
    morning = newest_due(datetime.now(UTC))
    past.disconnect(SECOND)
    past.connected_at(morning)
    past.control("history", method="DELETE")
    past.control("history", events=everything(FIRST, morning=morning))
    return shared_program


def test_it_heals_what_is_due_and_says_what_it_did(program: Program, past: ShortPast) -> None:
    answer = program("heal")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1] == (
        "19 events added, which the next batch lands. Days by account and source: "
        "2 finished, 0 unfinished, 0 failed, 0 refused by Zoom."
    )
    due = newest_due(datetime.now(UTC)).date()
    meetings, phone = (f"Account {FIRST}, {due}, {source}" for source in ("meetings", "phone"))
    assert answer.out.splitlines()[:-1] == [
        f"{meetings}: finished, 8 requests, 18 gaps",
        f"{phone}: finished, 3 requests, 1 gap",
    ]
    assert past.queued() == EVERYTHING

    again = program("heal")
    assert (again.code, again.out.splitlines()) == (0, ["No day is due."])


def test_a_day_is_healed_again_if_it_is_named(program: Program, past: ShortPast) -> None:
    due = newest_due(datetime.now(UTC)).date()
    assert program("heal", "--day", due.isoformat()).code == 0
    assert past.queued() == EVERYTHING
    answer = program("heal", "--day", due.isoformat())
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == (
        "0 events added, which the next batch lands. Days by account and source: "
        "2 finished, 0 unfinished, 0 failed, 0 refused by Zoom."
    )
    before = program("heal", "--day", "2025-01-31")  # before the connection
    assert (before.code, before.out) == (0, "No account can be healed for this day.\n")


@pytest.mark.parametrize("days", [0, 1, 400])
def test_a_day_that_is_not_over_is_refused(days: int, program: Program, past: ShortPast) -> None:
    day = datetime.now(UTC).date() + timedelta(days=days)
    answer = program("heal", "--day", day.isoformat())
    assert answer.is_a_plain_refusal
    assert answer.err == (
        f"Error: {day} is not over yet (UTC). Zoom reports a day only after its end.\n"
    )
    assert past.calls() == []


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "03/02/2026", ""])
def test_a_text_that_is_no_day_is_refused(day: str, program: Program) -> None:
    answer = program("heal", "--day", day)
    assert (answer.code, answer.out) == (2, "")
    assert "Invalid value for '--day'" in answer.err
    assert "Traceback" not in answer.err


def test_it_fails_while_something_is_left(program: Program, past: ShortPast) -> None:
    """Somebody who looks at the exit code of a cron job has to see it."""
    past.fail("/v2/phone/call_history", status=408)
    answer = program("heal")
    assert answer.is_a_plain_refusal
    assert (answer.code, answer.err.splitlines()) == (1, [LEFT])
    assert "phone: failed, 1 request, 0 gaps. Zoom is having problems" in answer.out
    assert answer.out.splitlines()[-1].endswith(
        "1 finished, 0 unfinished, 1 failed, 0 refused by Zoom."
    )
    assert past.queued() == EVERYTHING - Counter({"call-1": 1})


def test_what_zoom_refuses_is_no_failure_of_the_command(program: Program, past: ShortPast) -> None:
    past.control("access", account_id=FIRST, missing_scopes=["report:read:user:admin"])
    answer = program("heal")
    assert (answer.code, answer.err) == (0, "")
    assert "meetings: refused, 3 requests, 0 gaps. These Zoom permissions are missing" in answer.out
    assert answer.out.splitlines()[-1].endswith("0 failed, 1 refused by Zoom.")


def test_no_line_names_a_person(program: Program, past: ShortPast) -> None:
    past.fail(f"/v2/report/users/{ANN.zoom_user_id}/meetings", status=500, times=1)
    text = program("heal").text
    assert [name for name in (ANN.name, ANN.email, ANN.zoom_user_id) if name in text] == []


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"ZOOM_CLIENT_SECRET": None}, "ZOOM_CLIENT_SECRET"),
        ({"HEAL_MINUTES": "0"}, "HEAL_MINUTES"),
        ({"HEAL_MINUTES": "an hour"}, "HEAL_MINUTES"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "database"),
    ],
)
def test_wrong_settings_are_refused_in_a_sentence(
    settings: dict[str, str | None], reason: str, program: Program, past: ShortPast
) -> None:
    answer = program("heal", **settings)
    assert answer.is_a_plain_refusal
    assert reason in answer.err
    assert past.calls() == []


def test_a_second_command_leaves_an_account_to_the_first(program: Program, past: ShortPast) -> None:
    with past.being_healed(FIRST):
        answer = program("heal")
    assert (answer.code, answer.err.splitlines()) == (1, [LEFT])
    assert f"Account {FIRST} is being healed by another run." in answer.out
    assert past.calls() == []
