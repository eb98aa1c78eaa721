"""Explains step by step, from the received events to the entry, why a session is or is not on a
timeline, and how to fix the first step that failed. Both `explain` and the page use these texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from integration.explain.appearances import Appearance, SessionSummary

NEVER_THERE = (
    "Meetings hosted by a Zoom account that is not connected. "
    "Zoom does not report them, even if people from this organization attend."
)
MAP_THEM = "On the Users page, map their Zoom user from the day the session ended, or earlier."
SWITCH_ON = (
    "On the Features page, switch the feature on from the day the session ended, or earlier."
)
CONNECT_AGAIN = "On the Connections page, check whether to reconnect the account."

OUTCOME_NAMES = {
    "activity": "On the timeline",
    "not_mapped": "Not mapped",
    "no_identity": "Not identified",
    "not_subscribed": "Off for this person",
    "feature_off": "Off for the organization",
    "user_inactive": "User inactive",
    "not_answered": "Not answered",
    "waiting_room_only": "Stayed in waiting room",
    "zero_duration": "No time in session",
    "excluded": "On exclusion list",
    "before_connection": "Before connection",
    "after_disconnection": "After disconnection",
}
_NEVER_COUNTED = (
    "before_connection", "after_disconnection", "not_answered", "waiting_room_only",
    "zero_duration", "no_identity",
)  # fmt: skip
_IN_UTC = ZoneInfo("UTC")

Page = Literal["users", "features", "connections"]


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


def _not_processed(since: datetime, *, zone: ZoneInfo = _IN_UTC) -> Step:
    """The failed step of a session that could not be derived since then; its old rows are shown."""
    return Step(
        "processed",
        False,
        "Part of this session could not be processed. The problem started on "
        f"{_at(since, zone)}. No data is lost. The steps below show the last good result.",
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
        steps.append(_not_processed(failed_at, zone=zone))
    if session.ended_at is None:
        wait = "Zoom has not sent the end of this session yet."
        if session.due_at:
            wait += (
                f" If it does not arrive by {_at(session.due_at, zone)}, the time of the last join "
                "or leave is used as the end."
            )
        return [*steps, Step("ended", False, wait, "Wait. Sessions appear only after they end.")]
    how = ", as reported by Zoom."
    if session.end_source == "inferred":
        how = ". Zoom reported no end for 24 hours, so the last join or leave is used as the end."
    steps.append(Step("ended", True, f"Ended {_at(session.ended_at, zone)}{how}"))
    if not known:
        sentence = "No participant has this user's email or a Zoom user mapped to them."
        step = f"If they joined as a different Zoom user: {MAP_THEM[0].lower()}{MAP_THEM[1:]}"
        return [*steps, Step("participant", False, sentence, step, "users")]
    best = min(known, key=lambda one: (one.outcome != "activity", one.is_anothers))
    return [*steps, *steps_of_participant(best, zone=zone)]


def steps_of_participant(one: Appearance, *, zone: ZoneInfo = _IN_UTC) -> list[Step]:
    """The steps that concern one participant."""
    name = one.display_name or "an unnamed participant"
    steps = [Step("participant", True, f"Listed as {name}.")]
    if one.outcome in _NEVER_COUNTED:
        is_over = one.outcome == "after_disconnection"
        fix = (CONNECT_AGAIN, "connections") if is_over else ("", None)
        return [*steps, Step("eligible", False, one.detail, *fix)]
    minutes = f"{one.duration_seconds // 60} min {one.duration_seconds % 60} s"
    steps.append(Step("eligible", True, f"In the session for {minutes}."))
    if one.outcome == "not_mapped":
        return [*steps, Step("mapped", False, one.detail, MAP_THEM, "users")]
    if one.is_anothers:
        anothers = (
            "Their Zoom user was mapped to a different WorkSights user when the session ended."
        )
        return [*steps, Step("mapped", False, anothers, MAP_THEM, "users")]
    how = "manually" if one.mapped_by == "manual" else "by email"
    steps.append(Step("mapped", True, f"Mapped {how}."))
    if one.outcome == "user_inactive":
        return [*steps, Step("active user", False, one.detail)]
    if one.outcome in ("feature_off", "not_subscribed"):
        return [*steps, Step("switched on", False, one.detail, SWITCH_ON, "features")]
    steps.append(Step("switched on", True, "The feature was switched on."))
    if one.outcome == "excluded":
        return [*steps, Step("entry", False, one.detail)]
    times = ""
    if one.entry_started_at and one.entry_ended_at:
        start, end = one.entry_started_at.astimezone(zone), one.entry_ended_at.astimezone(zone)
        times = f", {start:%H:%M} to {end:%H:%M %Z}"
    return [*steps, Step("entry", True, f"{one.entry_title or 'On the timeline'}{times}.")]


def _stored(events: int | None) -> str:
    if events is None:
        return "The data that Zoom sent for this session was stored."
    if events == 1:
        return "1 event of this session was stored."
    return f"{events} events of this session were stored."


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(UTC).astimezone(zone):%d %B %Y, %H:%M %Z}"
