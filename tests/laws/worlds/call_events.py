"""One call as one side reports it, in all four generations of events."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.laws.worlds.dice import Dice
from tests.laws.worlds.people import Line
from tests.laws.worlds.wire import Body, Report, event, flip, iso

ANSWERED = ("answered", "connected", "accepted")
MISSED = ("no_answer", "rejected", "canceled", None)
GENERATIONS = {
    2: ("call_history", "call_logs", "id"),
    3: ("call_element", "call_elements", "call_element_id"),
}
ARRAYS = ("call_logs", "call_elements")
CONNECTED = ("Call connected", "Call connected", "Auto Recorded", "Recorded", "RECORDED")
ODD_DURATIONS = (None, "", "long", -1, True, "2678401", 2_678_400, "12.9", 0.5)


@dataclass(frozen=True)
class Call:
    call_id: str
    account: str
    caller: Line
    callee: Line
    rang_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    is_voicemail: bool
    segment: str | None = None  # the part of the call that a record describes

    def record_id(self, side: str, generation: int) -> str:
        line = getattr(self, side).extension_number
        return f"{self.call_id}-{side}-{generation}-{line}-{self.segment}"

    def shifted(self, dice: Dice) -> "Call":
        """By another person's clock, still without an answer after the end."""
        ended_at = self.ended_at + seconds(dice.number(0, 3))
        answered_at = self.answered_at and self.answered_at + seconds(dice.number(-2, 2))
        answered_at = answered_at and min(answered_at, ended_at)
        return replace(self, answered_at=answered_at, ended_at=ended_at)

    def unanswered(self) -> "Call":
        return replace(self, answered_at=None)

    def at_impossible_times(self, dice: Dice) -> "Call":
        """Answered after the end or weeks before it, or ringing at such a time."""
        longest = timedelta(days=31)
        odd = self.ended_at + dice.choice(
            [seconds(1), seconds(60), -longest, -longest - seconds(1), -2 * longest]
        )
        return replace(self, answered_at=odd) if dice.luck(0.5) else replace(self, rang_at=odd)

    def also_rang(self, line: Line, *, after: timedelta, is_voicemail: bool) -> "Call":
        """As another member of the queue sees it, who did not answer; their mailbox may have."""
        rang_at = self.rang_at + after
        ended_at = max(self.answered_at or self.ended_at, rang_at)
        answered_at = rang_at if is_voicemail else None
        rang = replace(self, callee=line, rang_at=rang_at, ended_at=ended_at)
        return replace(rang, answered_at=answered_at, is_voicemail=is_voicemail)

    def picked_up(self, line: Line, at: datetime, length: timedelta) -> "Call":
        """As another person sees it who answers the same call after it is parked or transferred."""
        return replace(self, callee=line, answered_at=at, ended_at=at + length, is_voicemail=False)

    def listened_to(self, line: Line, segment: str) -> "Call":
        """As the log of a supervisor shows it."""
        heard = replace(self, callee=line, segment=segment, is_voicemail=False)
        return replace(heard, ended_at=self.ended_at + seconds(1), answered_at=self.rang_at)


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def report(dice: Dice, call: Call, side: str, generation: int) -> Report:
    make = _live if generation == 0 else _first if generation == 1 else _record
    return make(dice, call, side, generation)


def _live(dice: Dice, call: Call, side: str, _: int) -> Report:
    about: Body = {"call_id": call.call_id, "ringing_start_time": iso(call.rang_at)}
    if call.answered_at:
        about["answer_start_time"] = iso(call.answered_at)
    about["call_end_time"] = iso(call.ended_at)
    for name in ("caller", "callee"):
        about[name] = _live_party(dice, getattr(call, name), is_own=name == side)
    return Report(call.ended_at, event(f"phone.{side}_ended", call.account, call.ended_at, about))


def _live_party(dice: Dice, line: Line, *, is_own: bool) -> Body:
    party: Body = {"phone_number": line.number, "connection_type": "voip"}
    if line.extension_number:
        party["extension_number"] = flip(dice, str(line.extension_number))
        if is_own:
            party["extension_id"] = line.extension_id
            if dice.luck(0.8):
                party["user_id"] = line.zoom_user_id
    return party


def _first(dice: Dice, call: Call, side: str, _: int) -> Report:
    length = int((call.ended_at - (call.answered_at or call.ended_at)).total_seconds())
    result = dice.choice(CONNECTED if call.answered_at else ["No Answer", "Missed"])
    duration: Any = flip(dice, str(length))
    if dice.luck(0.08):
        duration = dice.choice(ODD_DURATIONS)
    at = call.answered_at or call.rang_at
    record: Body = {
        "id": call.record_id(side, 1),
        "call_id": call.call_id,
        "direction": "outbound" if side == "caller" else "inbound",
        "result": "Voicemail" if call.is_voicemail else result,
        "date_time": iso(at),
        "duration": duration,
    }
    for name in ("caller", "callee"):
        line = getattr(call, name)
        is_extension = bool(line.extension_number) and dice.luck(0.5)
        record[f"{name}_number"] = str(line.extension_number) if is_extension else line.number
        record[f"{name}_number_type"] = 1 if is_extension else 2
        if line.name:
            record[f"{name}_name"] = line.name
        if line.zoom_user_id and dice.luck(0.3):
            record[f"{name}_user_id"] = line.zoom_user_id
    about = {"user_id": getattr(call, side).zoom_user_id, "call_logs": [record]}
    return Report(at, event(f"phone.{side}_call_log_completed", call.account, at, about))


def _record(dice: Dice, call: Call, side: str, generation: int) -> Report:
    what, array, id_name = GENERATIONS[generation]
    record: Body = {
        id_name: call.record_id(side, generation),
        "call_id": call.call_id,
        "direction": "outbound" if side == "caller" else "inbound",
        **_record_party(dice, "caller", call.caller, is_own=side == "caller"),
        **_record_party(dice, "callee", call.callee, is_own=side == "callee"),
        "start_time": iso(call.rang_at),
        "end_time": iso(call.ended_at),
        "result": dice.choice(ANSWERED if call.answered_at else MISSED),
        "event": call.segment or dice.choice(["incoming", "park_pick_up", None]),
    }
    if call.answered_at:
        record["answer_time"] = iso(call.answered_at)
    if call.is_voicemail:
        record |= {"result": "voicemail", "voicemail_id": "6cd2da01"}
    owner = getattr(call, side).zoom_user_id if dice.luck(0.7) else None
    about = {"user_id": owner, array: [record]}
    name = f"phone.{side}_{what}_completed"
    return Report(call.ended_at, event(name, call.account, call.ended_at, about))


def _record_party(dice: Dice, side: str, line: Line, *, is_own: bool) -> dict[str, Any]:
    """By extension id, extension number or email, or several; the other side has another name."""
    name = line.name if is_own or not line.zoom_user_id else f"{line.name} (contact)"
    party: Body = {"name": name, "did_number": line.number}
    if line.extension_number:
        known_by = dice.choice([("ext_id",), ("ext_number",), ("email",), ("ext_id", "email")])
        facts = {
            "ext_id": line.extension_id,
            "ext_number": str(line.extension_number),
            "email": line.email,
        }
        party |= {name: facts[name] for name in known_by}
    else:
        party["email"] = line.email
    return {f"{side}_{name}": value for name, value in party.items()}
