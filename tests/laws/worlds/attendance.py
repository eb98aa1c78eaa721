"""How people join and leave a session, with everything that can go wrong."""

from datetime import datetime

from tests.laws.worlds.extremes import long_ago, with_extreme_text
from tests.laws.worlds.people import Person, any_case
from tests.laws.worlds.stage import Stage
from tests.laws.worlds.wire import Body, flip, iso, nothing

PLAIN = "left the meeting. Reason : left the meeting"


def attend(stage: Stage, person: Person) -> None:
    """One to three visits; each is one leg, or a walk through rooms."""
    for _ in range(stage.dice.choice([1, 1, 1, 2, 3])):
        if stage.kind == "meeting" and stage.luck(0.06):
            _in_a_room_only(stage, person)
            continue
        uuid = None if stage.luck(0.2) else f"UUID-{stage.dice.number(0, 10**9)}"
        if stage.luck(0.1):
            _wait(stage, person, uuid)
        if stage.kind == "meeting" and stage.luck(0.2):
            _walk(stage, person, uuid)
        else:
            _stay(stage, person, uuid)


def join_long_ago(stage: Stage, person: Person) -> None:
    """A person who joined weeks before, on a leg without any other event."""
    at = long_ago(stage.dice, stage.starts_at)
    _report_leg(stage, _part(stage, person, stage.next_leg(), None), at, None)


def _stay(stage: Stage, person: Person, uuid: str | None) -> None:
    join, leave = sorted([stage.moment(), stage.moment()])
    if stage.luck(0.05):
        join, leave = leave, join
    if stage.luck(0.05):
        leave = join
    if stage.luck(0.06):
        join = long_ago(stage.dice, join)
    leg: str | None = stage.next_leg()
    if stage.luck(0.1) and not any(report.at in (join, leave) for report in stage.reports):
        leg = str(stage.last_leg - 1024)  # Zoom's number of an earlier visit, at other times
    if uuid and stage.luck(0.06):
        leg = None
    joined = None if stage.luck(0.08) else join
    left = None if joined and stage.luck(0.1) else leave
    _report_leg(stage, _part(stage, person, leg, uuid), joined, left)


def _walk(stage: Stage, person: Person, uuid: str | None) -> None:
    """From the main room into a breakout room and back: new legs, one participant_uuid."""
    times = sorted(stage.moment() for _ in range(4))
    main, room, back = stage.next_leg(), f"{stage.next_leg()}{iso(times[1])}", stage.next_leg()
    _report_leg(stage, _part(stage, person, main, uuid), times[0], times[1])
    about = _part(stage, person, room, None if stage.luck(0.4) else uuid)
    about["parent_user_id"] = flip(stage.dice, main)
    if stage.luck(0.4):
        about |= {"participant_user_id": "", "id": "", "email": ""}
    joined = None if stage.luck(0.1) else times[1]
    left = None if joined and stage.luck(0.33) else times[2]
    _report_leg(stage, about, joined, left, room="_breakout_room")
    if stage.luck(0.6):
        _report_leg(stage, _part(stage, person, back, uuid), times[2], times[3])


def _in_a_room_only(stage: Stage, person: Person) -> None:
    """The only event is a join of a breakout room, or a leave from one."""
    joined, left = stage.dice.choice([(stage.moment(), None), (None, stage.moment())])
    about = _part(stage, person, stage.next_leg(), f"UUID-{stage.dice.number(0, 10**9)}")
    about["parent_user_id"] = stage.dice.choice([None, "16778240", stage.last_leg - 1024])
    _report_leg(stage, about, joined, left, room="_breakout_room")
    if stage.luck(0.5):
        _wait(stage, person, about["participant_uuid"])


def _wait(stage: Stage, person: Person, uuid: str | None) -> None:
    """A leave from the waiting room, for which Zoom sends no join."""
    leave = _part(stage, person, stage.next_leg(), uuid)
    leave["leave_reason"] = stage.dice.choice(
        ["Removed by host from waiting room.", "x left.<br>Reason: Leave Waiting Room."]
    )
    _report_leg(stage, leave, None, stage.moment())


def _part(stage: Stage, person: Person, leg: str | None, uuid: str | None) -> Body:
    """What Zoom sends about a person on one leg."""
    dice = stage.dice
    part: Body = {"user_name": person.name, "participant_uuid": uuid}
    part["user_id"] = flip(dice, leg) if leg else nothing(dice)
    for name in ("registrant_id", "customer_key"):
        part[name] = getattr(person, name) if stage.luck(0.8) else nothing(dice)
    if stage.luck(0.12):
        part["customer_key"] = "k1"  # some apps give everyone the same key
    part |= _identity(stage, person)
    return with_extreme_text(dice, part) if leg and stage.luck(0.04) else part


def _identity(stage: Stage, person: Person) -> Body:
    dice = stage.dice
    address = any_case(dice, person.email) if person.email else nothing(dice)
    both = {"participant_user_id": person.zoom_user_id, "id": person.zoom_user_id}
    return dice.choice(
        [
            {**both, "email": address},
            {**both, "email": address},
            {**both, "email": nothing(dice)},
            {"participant_user_id": nothing(dice), "id": person.zoom_user_id, "email": address},
            {"participant_user_id": "", "id": "", "email": address},
            {"participant_user_id": "", "id": "", "email": ""},
        ]
    )


def _report_leg(
    stage: Stage, part: Body, joined: datetime | None, left: datetime | None, *, room: str = ""
) -> None:
    dice = stage.dice
    if joined:
        _report_time(stage, f"participant_joined{room}", part, joined, "join_time")
    if left:
        part = {"leave_reason": dice.choice([PLAIN, None, ""]), **part}
        if stage.luck(0.3):
            part |= {"participant_user_id": "", "id": "", "email": ""}
        if stage.luck(0.05):
            part["email"] = "somebody.else@fabrikam.test"
        if stage.luck(0.05):
            part["user_name"] = "Renamed"
        _report_time(stage, f"participant_left{room}", part, left, "leave_time")


def _report_time(stage: Stage, what: str, part: Body, at: datetime, name: str) -> None:
    """With the time, or without it: then `event_ts` is used instead."""
    has_time = not stage.luck(0.06)
    part = {**part, name: iso(at)} if has_time else {**part, name: nothing(stage.dice)}
    stage.report(what, at, {"participant": part})
    stage.reports[-1].event_ts_may_differ = has_time
