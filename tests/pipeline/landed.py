"""An account with landed deliveries, and their dispositions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pipeline.events import (
    Body,
    Person,
    Session,
)
from tests.pipeline.installation import Installation

ACCOUNT = "LandingAccount00000000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(hours=2)
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
MEETING = Session(ACCOUNT, "uuid-of-a-meeting", "zu-ann", START, START + timedelta(hours=1))


def dispositions(installation: Installation) -> list[tuple[str, str | None]]:
    return installation.execute(
        "select disposition, reason from ingress.deliveries order by delivery_id"
    )


def landed_events(installation: Installation) -> list[tuple[str, dict[str, str]]]:
    return installation.execute(
        "select event, fields from zoom_raw.events order by event, event_id"
    )


def changed(body: Body, **fields: Any) -> Body:
    about = {**body["payload"]["object"], **fields}
    return {**body, "payload": {**body["payload"], "object": about}}


def joined(**participant: Any) -> Body:
    body = MEETING.joined(ANN, START)
    return changed(body, participant=body["payload"]["object"]["participant"] | participant)
