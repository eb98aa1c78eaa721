"""Meetings and webinars as Zoom tells of them, with everything that goes wrong."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.laws.worlds.dice import Dice
from tests.laws.worlds.people import BATCH_TIMES, DAY, Cast, Person, any_case
from tests.laws.worlds.wire import Body, Told, event, flip, iso, nothing

LENGTHS = (0, 1, 60, 600, 1800, 1800, 3600, 3600, 5400, 5400, 4 * 3600, 11 * 3600)
TYPES = {"meeting": (0, 1, 2, 3, 4, 7, 8, 5, 10, None), "webinar": (5, 6, 9, 2, 77, None)}
PLAIN = "left the meeting. Reason : left the meeting"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=int(number))


@dataclass
class Stage:
    """One session in the making."""

    dice: Dice
    cast: Cast
    account: str
    kind: str
    uuid: str
    starts_at: datetime
    ends_at: datetime
    about: Body
    told: list[Told] = field(default_factory=list)
    last_leg: int = 16778240
    moments: list[datetime] = field(default_factory=list)

    def luck(self, chance: float) -> bool:
        return self.dice.luck(chance)

    def moment(self) -> datetime:
        """Mostly within the session; also at its edges, a little before and after, and when
        somebody else came or went.
        """
        if self.moments and self.luck(0.15):
            return self.dice.choice(self.moments) + seconds(self.dice.choice([-1, 0, 0, 1]))
        self.moments.append(self._moment())
        return self.moments[-1]

    def _moment(self) -> datetime:
        length = (self.ends_at - self.starts_at).total_seconds()
        if self.luck(0.15):
            return self.dice.choice([self.starts_at, self.ends_at])
        spill = 300 if self.luck(0.2) else 0
        return self.starts_at + seconds(self.dice.number(-spill, int(length) + spill))

    def next_leg(self) -> str:
        self.last_leg += 1024
        return str(self.last_leg)

    def tell(self, what: str, at: datetime, more: Body) -> None:
        about = {**self.about, **more}
        if self.luck(0.05):
            about["topic"] = self.dice.choice(["Another name", "Zweiter Name"])
        if self.luck(0.1):
            about.pop(self.dice.choice(["topic", "host_id", "type", "id", "start_time"]), None)
        self.told.append(Told(at, event(f"{self.kind}.{what}", self.account, at, about)))


def make_session(
    dice: Dice, cast: Cast, account: str, *, number: int, starts_at: datetime
) -> tuple[list[Told], datetime]:
    """The events of one session, and when it ended."""
    kind = dice.choice(["meeting", "meeting", "meeting", "webinar"])
    ends_at = starts_at + seconds(dice.choice(LENGTHS))
    if dice.luck(0.05):
        ends_at = BATCH_TIMES[1]  # when users are imported
        starts_at = ends_at - seconds(3600)
    uuid = f"/{cast.prefix}{kind[0]}{number}//=="
    hosts = [person.zoom_user_id for person in cast.persons[account] if person.zoom_user_id]
    about = {
        "id": flip(dice, f"8574606{number:04d}"),
        "uuid": uuid,
        "host_id": dice.choice([*hosts, *hosts, None, "nobody"]),
        "topic": dice.choice(["Weekly sync", "Überblick", "", None]),
        "type": dice.choice(TYPES[kind]),
        "start_time": iso(starts_at),
        "timezone": "",
        "duration": dice.choice([0, 30, "60"]),
    }
    if dice.luck(0.2) and about["type"] is not None:
        about["type"] = str(about["type"])
    stage = Stage(dice, cast, account, kind, uuid, starts_at, ends_at, about)
    if stage.luck(0.75):
        stage.tell("started", starts_at, {"start_time": iso(starts_at)})
    persons = cast.persons[account]
    for person in dice.some(persons, 5):
        _attend(stage, person)
    _end(stage)
    return stage.told, _end_of(stage)


def _end(stage: Stage) -> None:
    if stage.luck(0.15):
        _wait_for_the_end(stage)
        return
    ends = {stage.ends_at}
    while stage.luck(0.2):
        ends.add(stage.ends_at - seconds(stage.dice.number(1, 900)))
    for at in sorted(ends):
        start: Body = {"start_time": iso(stage.starts_at)}
        if stage.luck(0.2):
            later = iso(at + seconds(stage.dice.number(1, 600)))
            start = {"start_time": stage.dice.choice([None, "", "at noon", later])}
        end: Body = {"end_time": iso(at)}
        if stage.luck(0.1):
            end = stage.dice.choice([{}, {"end_time": ""}, {"end_time": None}])
        stage.tell("ended", at, {**start, **end})
        stage.told[-1].is_timed_by_itself = bool(end.get("end_time"))


def _end_of(stage: Stage) -> datetime:
    """When it ends by what is told, or will be inferred to have ended."""
    ends = [told.at for told in stage.told if told.body["event"].endswith(".ended")]
    stays = [told.at for told in stage.told if ".participant_" in told.body["event"]]
    return max(ends or stays, default=stage.ends_at)


def _wait_for_the_end(stage: Stage) -> None:
    """It is never told. A day after the newest arrival it is inferred: a batch may come just then,
    a second too early or a second later.
    """
    soon = seconds(2)
    limits = [at - DAY for at in BATCH_TIMES if all(at - DAY > t.at + soon for t in stage.told)]
    if not stage.told or not limits or stage.luck(0.3):
        return
    for told in stage.told:
        told.arrives_at = told.at + seconds(1)
    newest = stage.dice.choice(stage.told)
    newest.arrives_at = stage.dice.choice(limits) + seconds(stage.dice.choice([-1, 0, 1]))


def _attend(stage: Stage, person: Person) -> None:
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


def _stay(stage: Stage, person: Person, uuid: str | None) -> None:
    join, leave = sorted([stage.moment(), stage.moment()])
    if stage.luck(0.05):
        join, leave = leave, join
    if stage.luck(0.05):
        leave = join
    leg: str | None = stage.next_leg()
    if uuid and stage.luck(0.06):
        leg = None
    joined = None if stage.luck(0.08) else join
    left = None if joined and stage.luck(0.1) else leave
    _tell_leg(stage, _part(stage, person, leg, uuid), joined, left)


def _walk(stage: Stage, person: Person, uuid: str | None) -> None:
    """From the main room into a breakout room and back: new legs, one participant_uuid."""
    times = sorted(stage.moment() for _ in range(4))
    main, room, back = stage.next_leg(), f"{stage.next_leg()}{iso(times[1])}", stage.next_leg()
    _tell_leg(stage, _part(stage, person, main, uuid), times[0], times[1])
    about = _part(stage, person, room, None if stage.luck(0.4) else uuid)
    about["parent_user_id"] = flip(stage.dice, main)
    if stage.luck(0.4):
        about |= {"participant_user_id": "", "id": "", "email": ""}
    joined = None if stage.luck(0.1) else times[1]
    left = None if joined and stage.luck(0.33) else times[2]
    _tell_leg(stage, about, joined, left, room="_breakout_room")
    if stage.luck(0.6):
        _tell_leg(stage, _part(stage, person, back, uuid), times[2], times[3])


def _in_a_room_only(stage: Stage, person: Person) -> None:
    """All that is told is that somebody came into a breakout room, or left one."""
    joined, left = stage.dice.choice([(stage.moment(), None), (None, stage.moment())])
    about = _part(stage, person, stage.next_leg(), f"UUID-{stage.dice.number(0, 10**9)}")
    about["parent_user_id"] = stage.dice.choice([None, "16778240", stage.last_leg - 1024])
    _tell_leg(stage, about, joined, left, room="_breakout_room")
    if stage.luck(0.5):
        _wait(stage, person, about["participant_uuid"])


def _wait(stage: Stage, person: Person, uuid: str | None) -> None:
    """Left from the waiting room, which nobody is told to have joined."""
    leave = _part(stage, person, stage.next_leg(), uuid)
    leave["leave_reason"] = stage.dice.choice(
        ["Removed by host from waiting room.", "x left.<br>Reason: Leave Waiting Room."]
    )
    _tell_leg(stage, leave, None, stage.moment())


def _part(stage: Stage, person: Person, leg: str | None, uuid: str | None) -> Body:
    """What Zoom says of somebody on one leg."""
    dice = stage.dice
    part: Body = {"user_name": person.name, "participant_uuid": uuid}
    part["user_id"] = flip(dice, leg) if leg else nothing(dice)
    for name in ("registrant_id", "customer_key"):
        part[name] = getattr(person, name) if stage.luck(0.8) else nothing(dice)
    return part | _identity(stage, person)


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


def _tell_leg(
    stage: Stage, part: Body, joined: datetime | None, left: datetime | None, *, room: str = ""
) -> None:
    dice = stage.dice
    if joined:
        _tell_time(stage, f"participant_joined{room}", part, joined, "join_time")
    if left:
        part = {"leave_reason": dice.choice([PLAIN, None, ""]), **part}
        if stage.luck(0.3):
            part |= {"participant_user_id": "", "id": "", "email": ""}
        if stage.luck(0.05):
            part["email"] = "somebody.else@fabrikam.test"
        if stage.luck(0.05):
            part["user_name"] = "Renamed"
        _tell_time(stage, f"participant_left{room}", part, left, "leave_time")


def _tell_time(stage: Stage, what: str, part: Body, at: datetime, name: str) -> None:
    """The time, or nothing, where `event_ts` stands in for it."""
    is_told = not stage.luck(0.06)
    part = {**part, name: iso(at)} if is_told else {**part, name: nothing(stage.dice)}
    stage.tell(what, at, {"participant": part})
    stage.told[-1].is_timed_by_itself = is_told
