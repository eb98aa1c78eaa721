"""What healing adds to the queue is landed like a delivery, but a webhook's version takes
precedence, whichever comes first.
"""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from integration.database.postgres import connect
from integration.healing.facts import read_waiting
from integration.healing.queue import add_to_queue
from integration.zoom.healed_bodies import participant_bodies, session_bodies
from tests.pipeline.events import FIRST_LEG, Body, Person, Session
from tests.pipeline.installation import Installation

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = START + timedelta(hours=1)
ACCOUNT = "HealedAccount000000000"
MEETING = Session(ACCOUNT, "abc==", "zu-ann", START, END)
EVENTS = """
    select event, source, first_received_at, fields ->> 'display_name' from zoom_raw.events
    order by occurred_at, event
"""


@pytest.fixture
def firm(installation: Installation) -> Installation:
    installation.organization("firm", account=ACCOUNT, users={"ann": "ann@firm.example"})
    return installation


def heal(firm: Installation, *bodies: bytes, at: datetime) -> int:
    with connect(firm.url, role="pipeline") as pipeline:
        waiting = read_waiting(pipeline, ACCOUNT, received_at=at).digests
        return add_to_queue(pipeline, ACCOUNT, bodies, waiting=waiting, now=at)


def joined(name: str, *, at: datetime = START) -> bytes:
    row = {"user_id": FIRST_LEG, "name": name, "join_time": at.isoformat()}
    [body] = participant_bodies("meeting", "abc==", row, zoom_account_id=ACCOUNT)
    return body


def webhook(name: str) -> Body:
    return MEETING.joined(Person(name, "zu-ann", "ann@firm.example"), START)


EARLY, LATE, LATER = (END + timedelta(hours=hours) for hours in (1, 2, 3))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("batches", [1, 3])
def test_a_webhook_takes_precedence_whatever_the_order(
    firm: Installation, order: tuple[int, ...], batches: int
) -> None:
    """Also where the API reported it first, and with a text that would win otherwise."""
    senders = [
        lambda: firm.deliver(webhook("Ann of the webhook"), at=LATE),
        lambda: heal(firm, joined("Zoe of the API"), at=EARLY),
        lambda: heal(firm, joined("Bea of the API"), at=LATER),
    ]
    for number in order:
        senders[number]()
        if batches > 1:
            firm.land(now=LATER)
    firm.land(now=LATER)
    assert firm.execute(EVENTS) == [
        ("meeting.participant_joined", "webhook", LATE, "Ann of the webhook")
    ]


def test_the_ledger_counts_only_what_zoom_sent(firm: Installation) -> None:
    heal(firm, joined("Zoe of the API"), at=EARLY)
    firm.batch(now=EARLY)
    firm.deliver(webhook("Ann of the webhook"), at=LATE)
    firm.batch(now=LATE)
    ledger = "select event, disposition from operations.deliveries"
    assert firm.execute(ledger) == [("meeting.participant_joined", "landed")]
    assert firm.value("select count(*) from ingress.deliveries where body is not null") == 0


def test_a_body_that_waits_already_is_not_added_again(firm: Installation) -> None:
    assert heal(firm, joined("Zoe"), joined("Zoe"), at=EARLY) == 1
    assert heal(firm, joined("Zoe"), at=LATE) == 0


def test_nothing_comes_back_that_happened_while_data_was_held(firm: Installation) -> None:
    """Whenever it is healed."""
    firm.execute(
        "insert into integration.privacy_settings (organization_id, name, value, changed_at) "
        "values ('firm', 'processing', 'held', %s), ('firm', 'processing', 'released', %s)",
        [START - timedelta(minutes=1), START + timedelta(minutes=1)],
    )
    row = {"uuid": "abc==", "start_time": START.isoformat(), "end_time": END.isoformat()}
    heal(firm, joined("Zoe"), *session_bodies("meeting", row, zoom_account_id=ACCOUNT), at=LATE)
    firm.land(now=LATE)
    assert [event for event, *_ in firm.execute(EVENTS)] == ["meeting.ended"]


def test_the_hour_of_each_event_is_recorded_only_if_a_webhook_reported_it(
    firm: Installation,
) -> None:
    """What the API reports shows nothing about permissions for webhooks."""
    firm.deliver(webhook("Ann of the webhook"), at=END + timedelta(minutes=20))
    firm.deliver(MEETING.ended(), at=EARLY)
    heal(firm, joined("Zoe of the API", at=START + timedelta(minutes=5)), at=LATER)
    firm.land(now=LATER)
    received = "select received_events from integration.connections"
    assert firm.value(received) == {
        "meeting.participant_joined": "2026-03-02T10:00:00Z",
        "meeting.ended": "2026-03-02T11:00:00Z",
    }
    firm.deliver(MEETING.ended(), at=LATER)  # twice
    firm.land(now=LATER)
    assert firm.value(received)["meeting.ended"] == "2026-03-02T13:00:00Z"
