"""Explains step by step, from the received events to the entry, why a session is or is not on a
timeline, and how to fix the first step that failed. Both `explain` and the page use these texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from integration.dates import DAY_FIRST, DateStyle
from integration.explain.appearances import Appearance, SessionSummary
from integration.explain.outcomes import OUTCOMES, Page, StepName
from integration.quantities import noun, quantity

NEVER_THERE = (
    "Meetings hosted by a Zoom account that is not connected. "
    "Zoom does not report them, even if people from this organization attend."
)
STEPS = get_args(StepName)
_IN_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Step:
    """One step towards an entry. `next_step` says how to fix a failure, `page` where."""

    name: str
    is_passed: bool
    sentence: str
    next_step: str = ""
    page: Page | None = None


def first_failure(steps: Sequence[Step]) -> Step | None:
    return next((step for step in steps if not step.is_passed), None)


def _not_processed(since: datetime, *, zone: ZoneInfo, dates: DateStyle) -> Step:
    """The failed step of a session that could not be derived since then; its old rows are shown."""
    return Step(
        "processed",
        False,
        "Part of this session could not be processed. The problem started on "
        f"{_at(since, zone, dates)}. No data is lost. The steps below show the last good result.",
        "Wait. Processing is retried when new data arrives and after each software update. If the "
        "problem continues, contact the team that runs WorkSights.",
    )


def steps_of(
    session: SessionSummary,
    known: Sequence[Appearance],
    *,
    events: int | None = None,
    failed_at: datetime | None = None,
    zone: ZoneInfo = _IN_UTC,
    dates: DateStyle = DAY_FIRST,
) -> list[Step]:
    """The steps up to the first one that failed. `known` are one user's appearances in the session,
    `events` is the number of its landed events, if counted. If the session could not be processed
    since `failed_at`, the remaining steps describe its last good result.
    """
    steps = [
        Step("received", True, "Zoom reported this session, and the signature was valid."),
        Step("stored", True, _stored(events)),
    ]
    if failed_at is not None:
        steps.append(_not_processed(failed_at, zone=zone, dates=dates))
    if session.ended_at is None:
        wait = "Zoom has not sent the end of this session yet."
        if session.due_at:
            wait += (
                f" If it does not arrive by {_at(session.due_at, zone, dates)}, the time of the "
                "last join or leave is used as the end."
            )
        return [*steps, Step("ended", False, wait, "Wait. Sessions appear only after they end.")]
    how = ", as reported by Zoom."
    if session.end_source == "inferred":
        how = ". Zoom reported no end for 24 hours, so the last join or leave is used as the end."
    ended = f"Ended {_at(session.ended_at, zone, dates)}{how}"
    steps.append(Step("ended", True, ended))
    if not known:
        sentence = "No participant has this user's email or a Zoom user mapped to them."
        fix = OUTCOMES["not_mapped"].next_step
        step = f"If they joined as a different Zoom user: {fix[0].lower()}{fix[1:]}"
        return [*steps, Step("participant", False, sentence, step, "users")]
    best = min(known, key=lambda one: (one.outcome != "activity", one.is_anothers))
    return [*steps, *steps_of_participant(best, zone=zone)]


def steps_of_participant(one: Appearance, *, zone: ZoneInfo = _IN_UTC) -> list[Step]:
    """The steps of one participant."""
    failed, passed = _failed_step(one), _passed_steps(one, zone)
    steps = [
        Step("participant", True, f"Listed as {one.display_name or 'an unnamed participant'}.")
    ]
    for name in STEPS:
        if failed and failed.name == name:
            return [*steps, failed]
        if name in passed:
            steps.append(Step(name, True, passed[name]))
    return steps


def _failed_step(one: Appearance) -> Step | None:
    """The step at which the participant's way to an entry of this user ends, if it does."""
    outcome, reason = OUTCOMES[one.outcome], one.detail
    if one.is_anothers and outcome.step != "eligible":
        outcome = OUTCOMES["not_mapped"]
        reason = "Their Zoom user was mapped to a different WorkSights user when the session ended."
    elif one.outcome == "activity":
        return None
    return Step(outcome.step, False, reason, outcome.next_step, outcome.page)


def _passed_steps(one: Appearance, zone: ZoneInfo) -> dict[str, str]:
    """Step -> the sentence that is shown if the step is passed."""
    times = ""
    if one.entry_started_at and one.entry_ended_at:
        start, end = one.entry_started_at.astimezone(zone), one.entry_ended_at.astimezone(zone)
        times = f", {start:%H:%M} to {end:%H:%M %Z}"
    minutes, seconds = divmod(one.duration_seconds, 60)
    return {
        "eligible": f"In the session for {minutes} min {seconds} s.",
        "mapped": f"Mapped {'manually' if one.mapped_by == 'manual' else 'by email'}.",
        "switched on": "The feature was switched on.",
        "entry": f"{one.entry_title or 'On the timeline'}{times}.",
    }


def _stored(events: int | None) -> str:
    if events is None:
        return "The data that Zoom sent for this session was stored."
    return f"{quantity(events, 'event')} of this session {noun(events, 'was', 'were')} stored."


def _at(moment: datetime, zone: ZoneInfo, dates: DateStyle) -> str:
    return dates.long_at(moment.astimezone(zone))
