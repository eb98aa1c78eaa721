"""Eve, who is identified differently in each event, and her namesake."""

from datetime import UTC, datetime, timedelta
from typing import Any

from integration.database.postgres import transaction
from integration.keys.recorded import key_id, record_key
from integration.privacy.digests import Digests
from integration.privacy.person import erase_person
from integration.privacy.subjects import Subject, with_address
from tests.pipeline.events import Body, Person, Session, user_event
from tests.pipeline.installation import TOMBSTONE_KEY, Installation

ACCOUNT = "RecognizingAccount0000"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ARRIVAL = START + timedelta(days=1)
KEY = "eve@out.example"

ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
EVE = Person("Eve Ely", email="Eve+x@Out.example")
EVE_SIGNED_IN = Person("Eve E. Ely", "zu-eve", "eve@out.example")
EVE_BY_ID = Person("E. Ely", "zu-eve")
EVE_BY_NAME = Person("Eve Ely")
NAMESAKE = Person("Eve Ely", email="eve@else.example")


def session(name: str, hour: int, **more: Any) -> Session:
    start = START + timedelta(hours=hour)
    return Session(ACCOUNT, f"uuid-{name}", "zu-ann", start, start + timedelta(hours=1), **more)


def changed(body: Body, **fields: Any) -> Body:
    """The event with other fields of its participant; None removes a field."""
    about = body["payload"]["object"]
    participant = {**about["participant"], **fields}
    participant = {name: value for name, value in participant.items() if value is not None}
    return {**body, "payload": {**body["payload"], "object": {**about, "participant": participant}}}


MEETING, SECOND, THIRD = session("one", 0), session("two", 2), session("three", 4)
BY_REGISTRATION = session("registered", 6)


def everything() -> list[Body]:
    """One person, who is identified differently in each event."""
    start, end = MEETING.started_at, MEETING.ended_at
    in_room = changed(
        MEETING.joined(EVE_BY_NAME, start + timedelta(minutes=5), leg="9"),
        parent_user_id="2", participant_uuid="",
    )  # fmt: skip
    return [
        *MEETING.whole([ANN]),
        MEETING.joined(EVE, start, leg="2"),
        MEETING.left(Person("Eve at her desk"), end, leg="2"),  # the same leg
        changed(MEETING.joined(Person("Somebody there"), start, leg="3"),
                participant_uuid="UUID-OF-2"),
        changed(MEETING.left(Person("Only uuid"), end, leg="3"),
                user_id=None, participant_uuid="UUID-OF-2"),
        {**in_room, "event": "meeting.participant_joined_breakout_room"},
        *SECOND.whole([ANN, EVE_SIGNED_IN]),
        *THIRD.whole([ANN, EVE_BY_ID, NAMESAKE]),
        *session("unsigned", 8).whole([EVE_BY_NAME]),
        changed(BY_REGISTRATION.joined(EVE, start, leg="2"), registrant_id="r1"),
        changed(BY_REGISTRATION.joined(Person("Guest One"), start, leg="3"), registrant_id="r1"),
        changed(BY_REGISTRATION.joined(ANN, start, leg="4"), registrant_id="r1"),
        user_event("updated", ACCOUNT, START, zoom_user_id="zu-eve", display_name="E. Ely"),
        user_event("updated", ACCOUNT, START, zoom_user_id="zu-ann", email=ANN.email),
    ]  # fmt: skip


def erase(installation: Installation, whom: str | Subject = KEY) -> None:
    """Without deriving anything again."""
    installation.execute("update pipeline.batches set finished_at = now()")
    number = installation.value("select coalesce(max(batch), 0) from pipeline.batches")
    with transaction(installation.url) as connection:
        record_key(connection, "tombstone", key_id(TOMBSTONE_KEY), process="pipeline")
        digests = Digests((TOMBSTONE_KEY,), "firm")
        subject = with_address(whom) if isinstance(whom, str) else whom
        erase_person(connection, number, digests, subject, clear_topics=False)


def delete_everything(installation: Installation) -> None:
    installation.execute(
        "truncate zoom_raw.events, zoom_raw.users, ingress.deliveries, integration.tombstones, "
        "integration.keys, pipeline.settings, pipeline.setting_changes"
    )


def landed(installation: Installation) -> dict[str, dict[str, str]]:
    return dict(installation.execute("select event_id, fields from zoom_raw.events"))
