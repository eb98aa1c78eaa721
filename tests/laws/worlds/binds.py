"""Phones that are bound to other legs: in chains, in circles, repeatedly, to absent legs."""

from itertools import pairwise
from typing import Any

from tests.laws.worlds.stage import Stage
from tests.laws.worlds.wire import flip, iso, nothing

ABSENT_LEG = "16777216"

Leg = tuple[str | None, str | None]  # user_id, participant_uuid


def bind(stage: Stage) -> None:
    """Reports that some legs belong to the same person as another leg."""
    legs = _legs(stage)
    if len(legs) < 2 or not stage.luck(0.5):
        return
    bound_at = set()
    for leg, other in _pairs(stage, stage.dice.shuffled(legs)):
        at = stage.moment()
        # Zoom does not report two binds of one leg at the same time.
        subject = leg[0] or leg[1], at
        if subject not in bound_at:
            bound_at.add(subject)
            _bind(stage, leg, other, at)


def _pairs(stage: Stage, legs: list[Leg]) -> list[tuple[Leg, Leg]]:
    """A chain, a circle, or any pairs of few legs, so that some are bound again."""
    dice = stage.dice
    few = legs[: dice.choice([2, 3, 3, 4])]
    if stage.luck(0.5):
        return [(dice.choice(few), dice.choice(few)) for _ in range(dice.choice([1, 2, 3, 5]))]
    chain = list(pairwise(few))
    return [*chain, (few[-1], few[0])] if stage.luck(0.4) else chain


def _legs(stage: Stage) -> list[Leg]:
    """The legs that events have named so far."""
    parts = [report.body["payload"]["object"].get("participant", {}) for report in stage.reports]
    found = {(_text(part.get("user_id")), part.get("participant_uuid")) for part in parts if part}
    return sorted(found, key=str)


def _bind(stage: Stage, leg: Leg, other: Leg, at: Any) -> None:
    dice = stage.dice
    part = _named(stage, leg, "") | _named(stage, other, "bind_")
    if stage.luck(0.1):
        part |= {"bind_user_id": dice.choice([ABSENT_LEG, "", None]), "bind_participant_uuid": ""}
    part |= {"user_name": "12055550100", "email": "", "phone_number": "12055550100"}
    time = dice.choice(["join_time", "join_time", "date_time", "neither"])
    if time != "neither":
        part |= {"join_time": nothing(dice), time: iso(at)}
    stage.report("participant_bind", at, {"participant": part})
    stage.reports[-1].event_ts_may_differ = time != "neither"


def _named(stage: Stage, leg: Leg, prefix: str) -> dict[str, Any]:
    user_id, uuid = leg
    if user_id and uuid and stage.luck(0.15):
        user_id = None
    if uuid and stage.luck(0.5) and user_id:
        uuid = None
    return {
        f"{prefix}user_id": flip(stage.dice, user_id) if user_id else nothing(stage.dice),
        f"{prefix}participant_uuid": uuid or nothing(stage.dice),
    }


def _text(value: Any) -> str | None:
    return str(value) if value else None
