"""The demo's phone calls: a few each day for everybody with a line, in their own working hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulator.agenda import Agenda
from simulator.calls import Call, Party
from simulator.company import ZoomUser
from simulator.demo import calendar
from simulator.demo.clients import CALLERS
from simulator.phone import write_call

_KINDS = ("outbound", "inbound", "unanswered", "missed", "voicemail")
_WEIGHTS = (42, 34, 9, 9, 6)
_A_DAY = (1, 2, 2, 3)
_LONGEST = 24  # minutes
_TRIES = 12


def make_calls(agenda: Agenda, people: list[ZoomUser]) -> None:
    for user in people:
        if user.line is None:
            continue
        for _ in range(agenda.rng.choice(_A_DAY)):
            start = _free_time(agenda, user)
            if start is not None:
                write_call(agenda, _call(agenda, user, start))


def _free_time(agenda: Agenda, user: ZoomUser) -> datetime | None:
    """A time between the user's meetings, from 9:00 to 17:30 there."""
    opens = calendar.local(agenda.day, "09:00", user.office.time_zone)
    for _ in range(_TRIES):
        start = opens + timedelta(seconds=agenda.rng.randrange(510 * 60))
        if agenda.is_free(user, start, minutes=_LONGEST):
            return start
    return None


def _call(agenda: Agenda, user: ZoomUser, rang_at: datetime) -> Call:
    rng = agenda.rng
    (kind,) = rng.choices(_KINDS, _WEIGHTS)
    guest = rng.choice(CALLERS)
    own, far = Party(user), Party(number=guest.phone, name=guest.name)
    is_outbound = kind in ("outbound", "unanswered")
    result = {"unanswered": "no_answer", "missed": "no_answer"}.get(kind, kind)
    is_answered = result in ("outbound", "inbound")
    talked = {"no_answer": 0, "voicemail": rng.randrange(12, 50)}.get(result)
    if talked is None:
        talked = min(_LONGEST * 60 - 40, int(60 + rng.expovariate(1 / 380)))
    waited = timedelta(seconds=rng.randrange(4, 25))
    agenda.book([user], rang_at, minutes=_LONGEST)
    return Call(
        call_id=str(rng.randrange(6 * 10**18, 8 * 10**18)),
        caller=own if is_outbound else far,
        callee=far if is_outbound else own,
        rang_at=rang_at,
        answered_at=None if result == "no_answer" else rang_at + waited,
        ended_at=rang_at + waited + timedelta(seconds=talked),
        result="answered" if is_answered else result,
    )
