"""The events of a day as webhooks would have reported them if they said no more than Zoom's REST
API does: without what docs/operations/healing.md lists, and with what Zoom never sends.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from simulator.journal import Event
from tests.pipeline.events import Body

OF_SESSIONS = {
    f"{kind}.{name}"
    for kind in ("meeting", "webinar")
    for name in ("started", "ended", "participant_joined", "participant_left")
}
UNKNOWN_TO_REST = {"participant_uuid", "customer_key"}


def what_rest_reports(events: Sequence[Event]) -> Iterator[tuple[Body, datetime]]:
    """Neither binds, breakout rooms and live events of calls, nor what happened to Zoom users."""
    bodies = [(json.loads(event.body), event) for event in events]
    people: dict[str, set[str]] = defaultdict(set)
    for body, event in bodies:
        if event.name.endswith(".participant_joined"):
            people[event.session].add(_person(body["payload"]["object"]["participant"]))
    for body, event in bodies:
        about = body["payload"]["object"]
        if event.name.startswith("phone."):
            if event.name.endswith("_completed"):
                yield body, event.occurred_at
        elif event.name in OF_SESSIONS and len(people[event.session]) > 1:
            said = about.get("participant", {})
            if "waiting room" in said.get("leave_reason", "").lower():
                continue  # somebody who only waited
            if said:
                about["participant"] = {
                    name: value for name, value in said.items() if name not in UNKNOWN_TO_REST
                }
            yield body, event.occurred_at


def _person(participant: Body) -> str:
    """Two participants are enough for Zoom's report."""
    names = ("participant_user_id", "email", "user_name", "user_id")
    return next(participant[name] for name in names if participant.get(name))
