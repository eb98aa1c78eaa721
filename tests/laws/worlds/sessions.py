"""Meetings and webinars as Zoom reports them: what they are, and how they end."""

from datetime import datetime

from tests.laws.worlds.attendance import attend, join_long_ago
from tests.laws.worlds.binds import bind
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.extremes import distant_start
from tests.laws.worlds.people import BATCH_TIMES, DAY, Cast
from tests.laws.worlds.stage import Stage, seconds
from tests.laws.worlds.wire import Body, Report, flip, iso

LENGTHS = (0, 1, 60, 600, 1800, 1800, 3600, 3600, 5400, 5400, 4 * 3600, 11 * 3600)
TYPES = {"meeting": (0, 1, 2, 3, 4, 7, 8, 5, 10, None), "webinar": (5, 6, 9, 2, 77, None)}


def make_session(
    dice: Dice, cast: Cast, account: str, *, number: int, starts_at: datetime
) -> tuple[list[Report], datetime]:
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
        stage.report("started", starts_at, {"start_time": iso(starts_at)})
    persons = cast.persons[account]
    for person in dice.some(persons, 5):
        attend(stage, person)
    bind(stage)
    _end(stage)
    return stage.reports, _end_of(stage)


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
        if stage.luck(0.15):
            start = {"start_time": distant_start(stage.dice, at)}
        end: Body = {"end_time": iso(at)}
        if stage.luck(0.1):
            end = stage.dice.choice([{}, {"end_time": ""}, {"end_time": None}])
        stage.report("ended", at, {**start, **end})
        stage.reports[-1].event_ts_may_differ = bool(end.get("end_time"))


def _end_of(stage: Stage) -> datetime:
    """When it ends according to its events, or the end that will be inferred."""
    ends = [report.at for report in stage.reports if report.body["event"].endswith(".ended")]
    stays = [report.at for report in stage.reports if _is_stay(report.body["event"])]
    return max(ends or stays, default=stage.ends_at)


def _is_stay(event: str) -> bool:
    return ".participant_" in event and not event.endswith("_bind")


def _wait_for_the_end(stage: Stage) -> None:
    """The end is never sent. It is inferred a day after the newest arrival: a batch may run exactly
    then, a second too early or a second later.
    """
    if stage.reports and stage.luck(0.4):
        join_long_ago(stage, stage.dice.choice(stage.cast.persons[stage.account]))
    soon = seconds(2)
    limits = [at - DAY for at in BATCH_TIMES if all(at - DAY > t.at + soon for t in stage.reports)]
    if not stage.reports or not limits or stage.luck(0.3):
        return
    for report in stage.reports:
        report.arrives_at = report.at + seconds(1)
    newest = stage.dice.choice(stage.reports)
    newest.arrives_at = stage.dice.choice(limits) + seconds(stage.dice.choice([-1, 0, 1]))
