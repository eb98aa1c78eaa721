"""Why a session is, or is not, on somebody's timeline: from Zoom's first word to the entry, step by
step, with what to do about the first that failed. `explain` and the page say the same words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from integration.explain.appearances import Appearance, Told

NEVER_THERE = (
    "Meetings hosted in Zoom accounts that are not connected. "
    "Zoom does not tell us of them, even when people of this organization attend."
)
MAP_THEM = "On the Users tab, map their Zoom user from a day before it ended."
SWITCH_ON = "On the Features tab, switch it on from a day before it ended."
CONNECT_AGAIN = "On the Connections tab, see whether the account should be connected again."

OUTCOME_NAMES = {
    "activity": "On the timeline",
    "not_mapped": "Not mapped",
    "no_identity": "Not signed in",
    "not_subscribed": "Feature off for them",
    "feature_off": "Feature off",
    "user_inactive": "User not active",
    "not_answered": "Not answered",
    "waiting_room_only": "Never let in",
    "zero_duration": "Not there",
    "excluded": "Excluded",
    "before_connection": "Before the connection",
    "after_disconnection": "After the disconnection",
}
_NEVER_COUNTED = (
    "before_connection", "after_disconnection", "not_answered", "waiting_room_only",
    "zero_duration", "no_identity",
)  # fmt: skip
_IN_UTC = ZoneInfo("UTC")

Tab = Literal["users", "features", "connections"]


@dataclass(frozen=True)
class Step:
    """One step on the way to an entry. `next_step` says what mends it, `tab` where."""

    name: str
    is_passed: bool
    sentence: str
    next_step: str = ""
    tab: Tab | None = None


def first_failure(steps: Sequence[Step]) -> Step | None:
    return next((step for step in steps if not step.is_passed), None)


def _not_processed(since: datetime, *, zone: ZoneInfo = _IN_UTC) -> Step:
    """The step of a session that could not be derived; what is shown of it is as it was before."""
    return Step(
        "processed",
        False,
        f"Some of it could not be processed, since {_at(since, zone)}. Nothing is lost: what is "
        "shown of it is as it was before.",
        "Wait: it is tried again when something new arrives and after each update. If it stays "
        "like this, tell the people who run this installation.",
    )


def steps_of(
    told: Told,
    known: Sequence[Appearance],
    *,
    events: int | None = None,
    failed_at: datetime | None = None,
    zone: ZoneInfo = _IN_UTC,
) -> list[Step]:
    """The way up to the first step that failed. `known` are one user's appearances in the session,
    `events` how many were landed of it, where that was counted. A session that could not be
    processed since `failed_at` goes on as it was before.
    """
    landed = "Its events were landed." if events is None else f"{events} events of it were landed."
    steps = [
        Step("received and verified", True, "Only what Zoom has signed is ever stored."),
        Step("landed", True, landed),
    ]
    if failed_at is not None:
        steps.append(_not_processed(failed_at, zone=zone))
    if told.ended_at is None:
        until = f" It is taken as ended on {_at(told.due_at, zone)}." if told.due_at else ""
        wait = f"Zoom has not told its end.{until}"
        return [*steps, Step("ended", False, wait, "Wait; nothing live is shown.")]
    how = "no end was told for 24 hours" if told.end_source == "inferred" else "Zoom told its end"
    steps.append(Step("ended", True, f"{_at(told.ended_at, zone)}; {how}."))
    if not known:
        sentence = "Nobody in it has this user's email or a Zoom user of theirs."
        step = f"If they joined with another Zoom user: {MAP_THEM[0].lower()}{MAP_THEM[1:]}"
        return [*steps, Step("participant", False, sentence, step, "users")]
    best = min(known, key=lambda one: (one.outcome != "activity", one.is_anothers))
    return [*steps, *steps_of_participant(best, zone=zone)]


def steps_of_participant(one: Appearance, *, zone: ZoneInfo = _IN_UTC) -> list[Step]:
    """The part of the way that is a participant's own."""
    steps = [Step("participant", True, f"As {one.display_name or 'a nameless participant'}.")]
    if one.outcome in _NEVER_COUNTED:
        is_over = one.outcome == "after_disconnection"
        mend = (CONNECT_AGAIN, "connections") if is_over else ("", None)
        return [*steps, Step("counted", False, one.detail, *mend)]
    minutes = f"{one.duration_seconds // 60} min {one.duration_seconds % 60} s"
    steps.append(Step("counted", True, f"They were there for {minutes}."))
    if one.outcome == "not_mapped":
        return [*steps, Step("mapped", False, one.detail, MAP_THEM, "users")]
    if one.is_anothers:
        anothers = "Their Zoom user was mapped to another WorkSights user when it ended."
        return [*steps, Step("mapped", False, anothers, MAP_THEM, "users")]
    steps.append(Step("mapped", True, f"By {one.mapped_by or 'email'}."))
    if one.outcome == "user_inactive":
        return [*steps, Step("active", False, one.detail)]
    if one.outcome in ("feature_off", "not_subscribed"):
        return [*steps, Step("subscribed", False, one.detail, SWITCH_ON, "features")]
    steps.append(Step("subscribed", True, "The feature was on for them."))
    if one.outcome == "excluded":
        return [*steps, Step("entry", False, one.detail)]
    times = ""
    if one.entry_started_at and one.entry_ended_at:
        begin, end = one.entry_started_at.astimezone(zone), one.entry_ended_at.astimezone(zone)
        times = f", {begin:%H:%M} to {end:%H:%M %Z}"
    return [*steps, Step("entry", True, f"{one.entry_title or 'It is there'}{times}.")]


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(UTC).astimezone(zone):%d %B %Y, %H:%M %Z}"
