"""Phone calls in all four generations of events, told by one side or both, agreeing or not."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.laws.worlds.people import Cast, Line
from tests.laws.worlds.wire import Body, Told, event, flip, iso

ANSWERED = ("answered", "connected", "accepted")
MISSED = ("no_answer", "rejected", "canceled", None)
ARRAYS = {
    2: ("call_history", "call_logs", "id"),
    3: ("call_element", "call_elements", "call_element_id"),
}


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

    def shifted(self, rng: random.Random) -> "Call":
        """As somebody else's clock has it; still no answer after the end."""
        ended_at = self.ended_at + seconds(rng.randint(0, 3))
        answered_at = self.answered_at and self.answered_at + seconds(rng.randint(-2, 2))
        answered_at = answered_at and min(answered_at, ended_at)
        return replace(self, answered_at=answered_at, ended_at=ended_at)

    def unanswered(self) -> "Call":
        return replace(self, answered_at=None)


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def make_call(
    rng: random.Random,
    cast: Cast,
    account: str,
    *,
    number: int,
    starts_at: datetime,
    may_disagree: bool,
) -> tuple[list[Told], datetime]:
    """The events of one call, and when it ended."""
    call = _call(rng, cast, account, number, starts_at)
    told: list[Told] = []
    for side in ("caller", "callee"):
        line = getattr(call, side)
        if line.zoom_user_id is None and rng.random() < 0.9:
            continue
        for generation in rng.choice(
            [(0,), (0, 2), (2,), (3,), (2, 3), (0, 3), (1,), (0, 1), (1, 3)]
        ):
            seen = call.shifted(rng) if rng.random() < 0.3 else call
            if rng.random() < 0.08 and may_disagree and not call.is_voicemail:
                seen = seen.unanswered()
            told.append(_tell(rng, seen, side, generation))
    return told or [_tell(rng, call, "caller", 2)], call.ended_at


def _call(rng: random.Random, cast: Cast, account: str, number: int, starts_at: datetime) -> Call:
    lines = cast.lines[account]
    own = [line for line in lines if line.zoom_user_id] or lines[:1]
    caller, callee = rng.choice(own), rng.choice(lines)
    if rng.random() < 0.4:
        caller, callee = callee, caller
    luck = rng.random()
    answered_at = None if luck < 0.2 else starts_at + seconds(rng.randint(3, 20))
    talked = rng.choice([0, 1, 60, 600, 7200])
    suffix = "_1" if rng.random() < 0.1 else ""
    return Call(
        call_id=f"{cast.prefix}{700000 + number - bool(suffix)}{suffix}",
        account=account,
        caller=caller,
        callee=callee,
        rang_at=starts_at,
        answered_at=answered_at,
        ended_at=(answered_at or starts_at) + seconds(talked + (30 if answered_at is None else 0)),
        is_voicemail=0.2 <= luck < 0.35,
    )


def _tell(rng: random.Random, call: Call, side: str, generation: int) -> Told:
    make = _live if generation == 0 else _first if generation == 1 else _record
    return make(rng, call, side, generation)


def _live(rng: random.Random, call: Call, side: str, _: int) -> Told:
    about: Body = {"call_id": call.call_id, "ringing_start_time": iso(call.rang_at)}
    if call.answered_at:
        about["answer_start_time"] = iso(call.answered_at)
    about["call_end_time"] = iso(call.ended_at)
    for name in ("caller", "callee"):
        about[name] = _live_party(rng, getattr(call, name), is_own=name == side)
    return Told(call.ended_at, event(f"phone.{side}_ended", call.account, call.ended_at, about))


def _live_party(rng: random.Random, line: Line, *, is_own: bool) -> Body:
    party: Body = {"phone_number": line.number, "connection_type": "voip"}
    if line.extension_number:
        party["extension_number"] = flip(rng, str(line.extension_number))
        if is_own:
            party["extension_id"] = line.extension_id
            if rng.random() < 0.8:
                party["user_id"] = line.zoom_user_id
    return party


def _first(rng: random.Random, call: Call, side: str, _: int) -> Told:
    length = int((call.ended_at - (call.answered_at or call.ended_at)).total_seconds())
    result = "Call connected" if call.answered_at else rng.choice(["No Answer", "Missed"])
    at = call.answered_at or call.rang_at
    record: Body = {
        "id": f"{call.call_id}-{side}-1",
        "call_id": call.call_id,
        "direction": "outbound" if side == "caller" else "inbound",
        "result": "Voicemail" if call.is_voicemail else result,
        "date_time": iso(at),
        "duration": flip(rng, str(length)),
    }
    for name in ("caller", "callee"):
        line = getattr(call, name)
        is_extension = bool(line.extension_number) and rng.random() < 0.5
        record[f"{name}_number"] = str(line.extension_number) if is_extension else line.number
        record[f"{name}_number_type"] = 1 if is_extension else 2
        if line.name:
            record[f"{name}_name"] = line.name
        if line.zoom_user_id and rng.random() < 0.3:
            record[f"{name}_user_id"] = line.zoom_user_id
    about = {"user_id": getattr(call, side).zoom_user_id, "call_logs": [record]}
    return Told(at, event(f"phone.{side}_call_log_completed", call.account, at, about))


def _record(rng: random.Random, call: Call, side: str, generation: int) -> Told:
    what, array, id_name = ARRAYS[generation]
    record: Body = {
        id_name: f"{call.call_id}-{side}-{generation}",
        "call_id": call.call_id,
        "direction": "outbound" if side == "caller" else "inbound",
        **_record_party(rng, "caller", call.caller, is_own=side == "caller"),
        **_record_party(rng, "callee", call.callee, is_own=side == "callee"),
        "start_time": iso(call.rang_at),
        "end_time": iso(call.ended_at),
        "result": rng.choice(ANSWERED if call.answered_at else MISSED),
    }
    if call.answered_at:
        record["answer_time"] = iso(call.answered_at)
    if call.is_voicemail:
        record |= {"result": "voicemail", "voicemail_id": "6cd2da01"}
    owner = getattr(call, side).zoom_user_id if rng.random() < 0.7 else None
    about = {"user_id": owner, array: [record]}
    name = f"phone.{side}_{what}_completed"
    return Told(call.ended_at, event(name, call.account, call.ended_at, about))


def _record_party(rng: random.Random, side: str, line: Line, *, is_own: bool) -> dict[str, Any]:
    """By extension id, extension number or email, or several; the other side has another name."""
    name = line.name if is_own or not line.zoom_user_id else f"{line.name} (contact)"
    party: Body = {"name": name, "did_number": line.number}
    if line.extension_number:
        known_by = rng.choice([("ext_id",), ("ext_number",), ("email",), ("ext_id", "email")])
        facts = {
            "ext_id": line.extension_id,
            "ext_number": str(line.extension_number),
            "email": line.email,
        }
        party |= {name: facts[name] for name in known_by}
    else:
        party["email"] = line.email
    return {f"{side}_{name}": value for name, value in party.items()}
