"""`explain`: the steps from Zoom's first event to the entry, and the first one that failed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integration.explain.appearances import Appearance, SessionSummary
from integration.explain.explanation import Step, first_failure, steps_of
from integration.explain.outcomes import OUTCOMES

ENDED = datetime(2026, 3, 2, 10, tzinfo=UTC)
SESSION = SessionSummary(
    organization_id="firm",
    session_id="s",
    feature="meetings",
    zoom_uuid="uuid==",
    topic="Plan",
    end_source="event",
    ended_at=ENDED,
    due_at=None,
)
ANN = Appearance(
    session_id="s",
    feature="meetings",
    topic="Plan",
    session_started_at=ENDED - timedelta(hours=1),
    session_ended_at=ENDED,
    participant_id="p",
    display_name="Ann",
    email="ann@firm.example",
    zoom_user_id="zu-ann",
    user_id="ann",
    mapped_by="email",
    duration_seconds=3600,
    outcome="activity",
    detail="The session is on the timeline.",
    entry_title="Hosted a scheduled meeting: Plan",
    entry_started_at=ENDED - timedelta(hours=1),
    entry_ended_at=ENDED,
)


def failing(steps: list[Step]) -> str | None:
    step = first_failure(steps)
    return step.name if step else None


def test_a_session_on_the_timeline_passes_every_step() -> None:
    steps = steps_of(SESSION, [ANN])
    assert failing(steps) is None
    assert steps[-1].sentence == "Hosted a scheduled meeting: Plan, 09:00 to 10:00 UTC."


@pytest.mark.parametrize(
    ("outcome", "at"),
    [
        ("before_connection", "eligible"),
        ("after_disconnection", "eligible"),
        ("not_answered", "eligible"),
        ("waiting_room_only", "eligible"),
        ("zero_duration", "eligible"),
        ("no_identity", "eligible"),
        ("not_mapped", "mapped"),
        ("user_inactive", "active user"),
        ("feature_off", "switched on"),
        ("not_subscribed", "switched on"),
        ("excluded", "entry"),
    ],
)
def test_each_outcome_fails_at_its_own_step_and_no_step_follows(outcome: str, at: str) -> None:
    steps = steps_of(SESSION, [replace(ANN, outcome=outcome)])
    assert failing(steps) == at
    assert steps[-1].name == at


@pytest.mark.parametrize("outcome", [name for name in OUTCOMES if OUTCOMES[name].next_step])
def test_what_to_do_is_the_next_step_and_not_part_of_the_reason(outcome: str) -> None:
    step = steps_of(SESSION, [replace(ANN, outcome=outcome, detail="The reason.")])[-1]
    fix = OUTCOMES[outcome]
    assert (step.sentence, step.next_step, step.page) == ("The reason.", fix.next_step, fix.page)


def test_a_session_that_could_not_be_processed_says_so_and_shows_its_previous_steps() -> None:
    steps = steps_of(SESSION, [ANN], failed_at=ENDED)
    names = [step.name for step in steps]
    assert (failing(steps), names.index("processed"), names[-1]) == ("processed", 2, "entry")
    assert "started on 2 March 2026, 10:00 UTC. No data is lost" in steps[2].sentence
    assert "retried" in steps[2].next_step


def test_a_session_without_an_end_says_when_its_end_is_inferred() -> None:
    unended = replace(SESSION, ended_at=None, end_source=None, due_at=ENDED + timedelta(days=1))
    steps = steps_of(unended, [])
    assert steps[-1].name == "ended"
    assert "3 March 2026, 10:00 UTC" in steps[-1].sentence


def test_a_user_who_did_not_attend_is_advised_to_look_for_another_zoom_user() -> None:
    steps = steps_of(SESSION, [])
    assert (steps[-1].name, steps[-1].is_passed) == ("participant", False)
    assert "a different Zoom user" in steps[-1].next_step


def test_the_identity_with_the_entry_is_explained_when_there_are_two() -> None:
    other = replace(ANN, participant_id="q", outcome="zero_duration")
    assert failing(steps_of(SESSION, [other, ANN])) is None


def test_an_entry_on_another_users_timeline_does_not_count_for_this_user() -> None:
    steps = steps_of(SESSION, [replace(ANN, user_id="bob", is_anothers=True)])
    assert (failing(steps), steps[-1].page) == ("mapped", "users")


def test_times_are_shown_in_the_requested_zone() -> None:
    steps = steps_of(SESSION, [ANN], events=5, zone=ZoneInfo("Europe/Berlin"))
    assert [step.sentence for step in steps][1:3] == [
        "5 events of this session were stored.",
        "Ended 2 March 2026, 11:00 CET, as reported by Zoom.",
    ]
    assert steps[-1].sentence.endswith("10:00 to 11:00 CET.")
