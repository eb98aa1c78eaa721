"""`explain`: the way from Zoom's first word to the entry, and the first step that failed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integration.commands.explain import Step, steps_of
from integration.store.explain import Appearance, Told

ENDED = datetime(2026, 3, 2, 10, tzinfo=UTC)
TOLD = Told(
    organization_id="firm",
    session_id="s",
    feature="meetings",
    zoom_uuid="uuid==",
    topic="Plan",
    events=5,
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
    detail="It is on the timeline.",
    entry_title="Hosted a scheduled meeting: Plan",
    entry_started_at=ENDED - timedelta(hours=1),
    entry_ended_at=ENDED,
)


def first_failure(steps: list[Step]) -> str | None:
    return next((step.name for step in steps if not step.is_passed), None)


def test_a_session_on_the_timeline_passes_every_step() -> None:
    steps = steps_of(TOLD, [ANN])
    assert first_failure(steps) is None
    assert steps[-1].sentence == "Hosted a scheduled meeting: Plan, 09:00 to 10:00 UTC."


@pytest.mark.parametrize(
    ("outcome", "failing"),
    [
        ("before_connection", "counted"),
        ("after_disconnection", "counted"),
        ("not_answered", "counted"),
        ("waiting_room_only", "counted"),
        ("zero_duration", "counted"),
        ("no_identity", "counted"),
        ("not_mapped", "mapped"),
        ("user_inactive", "active"),
        ("feature_off", "subscribed"),
        ("not_subscribed", "subscribed"),
        ("excluded", "entry"),
    ],
)
def test_each_outcome_fails_at_its_own_step_and_nothing_comes_after(
    outcome: str, failing: str
) -> None:
    steps = steps_of(TOLD, [replace(ANN, outcome=outcome)])
    assert first_failure(steps) == failing
    assert steps[-1].name == failing


def test_a_session_without_an_end_says_when_it_is_taken_as_ended() -> None:
    told = replace(TOLD, ended_at=None, end_source=None, due_at=ENDED + timedelta(days=1))
    steps = steps_of(told, [])
    assert steps[-1].name == "ended"
    assert "03 March, 10:00 UTC" in steps[-1].sentence


def test_somebody_who_was_not_there_is_told_to_look_for_another_zoom_user() -> None:
    steps = steps_of(TOLD, [])
    assert (steps[-1].name, steps[-1].is_passed) == ("participant", False)
    assert "another Zoom user" in steps[-1].next_step


def test_of_two_identities_the_one_with_the_entry_is_explained() -> None:
    other = replace(ANN, participant_id="q", outcome="zero_duration")
    assert first_failure(steps_of(TOLD, [other, ANN])) is None
