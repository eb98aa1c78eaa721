"""The phone calls of a day, as live events of both sides and as records of two generations."""

from __future__ import annotations

import uuid
from datetime import timedelta

from simulator.agenda import Agenda
from simulator.calls import Call, Party, live_party, record_party, seconds_between, times
from simulator.company import ZoomUser
from simulator.wire import iso

_CALLS_PER_LINE = 3
_KINDS = ("outbound", "inbound", "internal", "missed", "voicemail")
_WEIGHTS = (38, 30, 14, 10, 8)
_LIVE_EVENT_LOST = 0.05
_TRANSFERRED = 0.08

# end of the event's name, array, id of a record, id of the call's history
_GENERATIONS = (
    ("call_history_completed", "call_logs", "id", "call_path_id"),
    ("call_element_completed", "call_elements", "call_element_id", "call_history_uuid"),
)


def make_calls(agenda: Agenda) -> None:
    """Make each kind of call at least once, the others by their usual shares."""
    with_lines = [user for user in agenda.people if user.line]
    if not with_lines:
        return
    rng = agenda.rng
    others = max(0, _CALLS_PER_LINE * len(with_lines) - len(_KINDS))
    for kind in [*_KINDS, *rng.choices(_KINDS, _WEIGHTS, k=others)]:
        call = _call(agenda, kind, with_lines=with_lines)
        write_call(agenda, call)
        if kind == "inbound" and rng.random() < _TRANSFERRED:
            write_call(agenda, _transferred(agenda, call, with_lines=with_lines))


def _call(agenda: Agenda, kind: str, *, with_lines: list[ZoomUser]) -> Call:
    rng = agenda.rng
    user = rng.choice(with_lines)
    minutes = max(1, min(40, int(rng.expovariate(1 / 6))))
    rang_at = agenda.slot(user, minutes=minutes, grid=1) + timedelta(seconds=rng.randrange(60))
    own, far = Party(user), _outsider(agenda)
    if kind == "internal" and len(with_lines) > 1:
        far = Party(rng.choice([other for other in with_lines if other != user]))
    caller, callee = (far, own) if kind in ("inbound", "missed", "voicemail") else (own, far)
    result = {"missed": "no_answer", "voicemail": "voicemail"}.get(kind, "answered")
    if kind == "outbound" and rng.random() < 0.15:
        result = "no_answer"
    waited = timedelta(seconds=rng.randrange(3, 30))
    talked = timedelta(seconds=rng.randrange(20, 60 * minutes + 1))
    if result != "answered":
        talked = timedelta(seconds=rng.randrange(5, 40) if result == "voicemail" else 0)
    agenda.book([user], rang_at, minutes=minutes)
    return Call(
        call_id=str(rng.randrange(6 * 10**18, 8 * 10**18)),
        caller=caller,
        callee=callee,
        rang_at=rang_at,
        answered_at=None if result == "no_answer" else rang_at + waited,
        ended_at=rang_at + waited + talked,
        result=result,
    )


def _outsider(agenda: Agenda) -> Party:
    """A client; some withhold their number, some numbers have no plus sign."""
    guest, luck = agenda.rng.choice(agenda.company.guests), agenda.rng.random()
    if luck < 0.06:
        return Party(number="", name="")
    return Party(number=guest.phone.lstrip("+") if luck < 0.12 else guest.phone, name=guest.name)


def _transferred(agenda: Agenda, call: Call, *, with_lines: list[ZoomUser]) -> Call:
    """The leg after a blind transfer: the same call id with a suffix."""
    rang_at = call.ended_at
    answered_at = rang_at + timedelta(seconds=agenda.rng.randrange(2, 15))
    return Call(
        call_id=f"{call.call_id}_1",
        caller=call.caller,
        callee=Party(agenda.rng.choice(with_lines)),
        rang_at=rang_at,
        answered_at=answered_at,
        ended_at=answered_at + timedelta(seconds=agenda.rng.randrange(30, 400)),
        result="answered",
    )


def write_call(agenda: Agenda, call: Call) -> None:
    """Write the events of both sides' lines."""
    rng = agenda.rng
    sides = [side for side in ("caller", "callee") if getattr(call, side).user]
    generations = rng.choice((_GENERATIONS, _GENERATIONS, _GENERATIONS[:1], _GENERATIONS[1:]))
    for side in sides:
        if rng.random() >= _LIVE_EVENT_LOST:
            _write_live(agenda, call, side=side)
        for generation in generations:
            _write_record(agenda, call, side=side, generation=generation)
    if call.result == "voicemail":
        _write_voicemail(agenda, call)


def _write_live(agenda: Agenda, call: Call, *, side: str) -> None:
    """Write the live events; ringing and missed calls have events, too."""
    rng = agenda.rng
    parties = {
        "callee": live_party(call.callee, rng, is_own=side == "callee"),
        "caller": live_party(call.caller, rng, is_own=side == "caller"),
    }
    about = {"call_id": call.call_id, **parties, "ringing_start_time": iso(call.rang_at)}
    agenda.journal.write(f"phone.{side}_ringing", call.rang_at, about=about, session=call.call_id)
    about |= times(call, answer="answer_start_time", ring="ringing_start_time", end="call_end_time")
    # Voicemail is not a conversation, but half of the live events have an answer time for it.
    if call.result == "voicemail" and rng.random() < 0.5:
        about.pop("answer_start_time")
    if call.result == "no_answer":
        about["handup_result"] = "No Answer"
    if call.result == "no_answer" and side == "callee":
        missed = "phone.callee_missed"
        agenda.journal.write(missed, call.ended_at, about=about, session=call.call_id)
        if rng.random() < 0.5:
            return
    agenda.journal.write(f"phone.{side}_ended", call.ended_at, about=about, session=call.call_id)


def _write_record(
    agenda: Agenda, call: Call, *, side: str, generation: tuple[str, str, str, str]
) -> None:
    name, array, record_id, history_id = generation
    rng = agenda.rng
    result, talked = call.result, 0
    if result == "answered":
        result = rng.choice(("answered", "connected"))
        talked = seconds_between(call.answered_at, call.ended_at)
    record = {
        record_id: _record_id(agenda),
        history_id: _record_id(agenda),
        "call_id": call.call_id,
        "connect_type": "internal" if call.is_internal else "external",
        "call_type": "general",
        "direction": "outbound" if side == "caller" else "inbound",
        "hide_caller_id": not call.caller.number and call.caller.user is None,
        **record_party(call.caller, "caller", rng=rng),
        **record_party(call.callee, "callee", rng=rng),
        **times(call, answer="answer_time", ring="start_time", end="end_time"),
        "event": "outgoing" if side == "caller" else "incoming",
        "result": result,
        "talk_time": talked,
        "hold_time": 0,
        "wait_time": seconds_between(call.rang_at, call.answered_at or call.ended_at),
    }
    if call.result == "voicemail":
        record["voicemail_id"] = rng.randbytes(16).hex()
    elif rng.random() < 0.1:
        record |= {"recording_id": rng.randbytes(16).hex(), "recording_type": "automatic"}
    about = {"user_id": getattr(call, side).user.id, array: [record]}
    event = f"phone.{side}_{name}"
    agenda.journal.write(event, call.ended_at, about=about, session=call.call_id)


def _write_voicemail(agenda: Agenda, call: Call) -> None:
    key = agenda.rng.randbytes(16).hex()
    about = {
        "id": key,
        "call_id": call.call_id,
        "date_time": iso(call.ended_at),
        "download_url": f"https://zoom.example.com/voicemail/{key}",
        "duration": seconds_between(call.answered_at, call.ended_at),
        "caller_name": call.caller.name,
        "caller_number": call.caller.number,
        "callee_user_id": call.callee.user.id if call.callee.user else "",
    }
    name = "phone.voicemail_received"
    agenda.journal.write(name, call.ended_at, about=about, session=call.call_id)


def _record_id(agenda: Agenda) -> str:
    unique = uuid.UUID(bytes=agenda.rng.randbytes(16), version=4)
    return f"{agenda.day:%Y%m%d}-{unique}"
