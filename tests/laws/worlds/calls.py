"""Phone calls, reported by one side or both, which may disagree. Some ring a whole queue, some are
parked and picked up by another person, and some have a supervisor listening.
"""

from datetime import datetime

from tests.laws.worlds.call_events import Call, report, seconds
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.people import Cast, Line
from tests.laws.worlds.wire import Report

# The generations of events that one side sends about a call; 0 is live.
GENERATIONS_OF_A_SIDE = ((0,), (0, 2), (2,), (3,), (2, 3), (0, 3), (1,), (0, 1), (1, 3))
LISTENING = ("monitor", "listen", "whisper", "Monitor", "barge")


def make_call(
    dice: Dice, cast: Cast, account: str, *, number: int, starts_at: datetime
) -> tuple[list[Report], datetime]:
    """The events of one call, and when it ended."""
    call = _call(dice, cast, account, number, starts_at)
    lines = [line for line in cast.lines[account] if line.zoom_user_id and line != call.callee]
    reports = [*_reports(dice, call, "caller"), *_reports(dice, call, "callee")]
    ended_at = call.ended_at
    if call.callee.zoom_user_id and dice.luck(0.5):
        for n, line in enumerate(dice.some(lines, 3), start=1):
            rang = call.also_rang(line, after=seconds(10 * n), is_voicemail=dice.luck(0.4))
            reports += _reports(dice, rang, "callee")
    if call.answered_at and dice.luck(0.35):
        for line in dice.shuffled(lines)[: dice.number(1, 2)]:
            picked_up = _picked_up(dice, call, line)
            reports += _reports(dice, picked_up, "callee")
            ended_at = max(ended_at, picked_up.ended_at)
    if lines and dice.luck(0.25):
        listens = call.listened_to(dice.choice(lines), dice.choice(LISTENING))
        reports = [] if dice.luck(0.4) else reports
        reports.append(report(dice, listens, "callee", dice.choice([2, 3])))
    return reports or [report(dice, call, "caller", 2)], ended_at


def _picked_up(dice: Dice, call: Call, line: Line) -> Call:
    """By another person: when the first conversation ends, when it starts, or later."""
    answered_at = call.answered_at or call.ended_at
    answers = (call.ended_at, answered_at, call.ended_at + seconds(120))
    lengths = (0, 1, 60, 600)
    return call.picked_up(line, dice.choice(answers), seconds(dice.choice(lengths)))


def _reports(dice: Dice, call: Call, side: str) -> list[Report]:
    line: Line = getattr(call, side)
    if line.zoom_user_id is None and dice.luck(0.9):
        return []
    reports = []
    for generation in dice.choice(GENERATIONS_OF_A_SIDE):
        seen = call.shifted(dice) if dice.luck(0.3) else call
        if dice.luck(0.08) and not call.is_voicemail:
            seen = seen.unanswered()
        if dice.luck(0.1):
            seen = seen.at_impossible_times(dice)
        reports.append(report(dice, seen, side, generation))
    return reports


def _call(dice: Dice, cast: Cast, account: str, number: int, starts_at: datetime) -> Call:
    lines = cast.lines[account]
    own = [line for line in lines if line.zoom_user_id] or lines[:1]
    caller, callee = dice.choice(own), dice.choice(lines)
    if dice.luck(0.4):
        caller, callee = callee, caller
    luck = dice.part()
    answered_at = None if luck < 0.25 else starts_at + seconds(dice.number(3, 20))
    talked = dice.choice([0, 1, 60, 600, 7200])
    suffix = "_1" if dice.luck(0.1) else ""
    return Call(
        call_id=f"{cast.prefix}{700000 + number - bool(suffix)}{suffix}",
        account=account,
        caller=caller,
        callee=callee,
        rang_at=starts_at,
        answered_at=answered_at,
        ended_at=(answered_at or starts_at) + seconds(talked + (30 if answered_at is None else 0)),
        is_voicemail=0.25 <= luck < 0.38,
    )
