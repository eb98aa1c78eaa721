"""No delivery stops a batch for others: every field of every kept event, spoiled in every way,
signed and sent to the receiver, while another organization has ordinary meetings.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from integration.zoom.kept_events import KEPT_EVENTS
from tests.patience import PATIENCE
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.hostile_events import SPOILED, hostile_bodies
from tests.pipeline.installation import Installation
from tests.web.conftest import Receiver, running, settings_with

HOSTILE, ORDINARY = "HostileAccount00000000", "OrdinaryAccount0000000"
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
CLIENT = Person("Cleo Client", email="cleo@client.example")
SENDERS = 8
BATCHES = 2


def test_no_field_of_any_event_can_stop_a_batch(installation: Installation, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    installation.organization("firm", account=ORDINARY, users={"ann": ANN.email})
    installation.organization("hostile", account=HOSTILE, users={"bob": "bob@hostile.example"})
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, "
        "effective_from) values (%s, 'zu-ann', 'ann', '2025-01-01')",
        [ORDINARY],
    )
    bodies = list(hostile_bodies(HOSTILE, at=now - timedelta(hours=1)))
    assert {body["event"] for body in bodies} == KEPT_EVENTS
    assert len(bodies) >= 3000

    with running(settings_with(tmp_path), installation.url) as receiver:
        for number in range(BATCHES):
            # Neighbors in the list concern the same field, so each batch gets some of each.
            started_at = now - timedelta(hours=3, days=number)
            meeting = Session(
                ORDINARY, f"uuid-{number}", "zu-ann", started_at, started_at + timedelta(hours=1)
            )
            send(receiver, [*meeting.whole([ANN, CLIENT]), *bodies[number::BATCHES]])
            run = installation.batch(now=datetime.now(UTC), raise_on_error=False)
            assert run.success, [event.message for event in run.get_step_failure_events()]
            assert entries_of(installation, "ann") == [(3600,)] * (number + 1)

    dispositions = dict(
        installation.execute("select disposition, count(*) from ingress.deliveries group by 1")
    )
    assert sum(dispositions.values()) == len(bodies) + BATCHES * 6
    # Many are quarantined, and many more are landed and derived.
    assert dispositions["quarantined"] > 500
    assert dispositions["landed"] > 2000
    sessions = "select count(*) from timeline.sessions where organization_id = 'hostile'"
    assert installation.value(sessions) > 1000
    unforeseen = "select distinct reason from ingress.deliveries where reason like 'could not be%'"
    assert installation.execute(unforeseen) == []


def send(receiver: Receiver, bodies: Sequence[Body]) -> None:
    """Posts them signed as Zoom signs, several at once."""
    address = f"{receiver.base}/webhooks/zoom"

    def post_all(some: Sequence[Body]) -> None:
        with requests.Session() as http:
            for body in some:
                content = json.dumps(body).encode()
                signed = receiver.signed(content)
                answer = http.post(address, data=content, headers=signed, timeout=PATIENCE)
                assert answer.status_code == 204

    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(post_all, [bodies[n::SENDERS] for n in range(SENDERS)]))


def entries_of(installation: Installation, user_id: str) -> list[tuple[int]]:
    return installation.execute(
        "select duration_seconds from timeline.activities where user_id = %s", [user_id]
    )


def test_the_values_are_as_hostile_as_they_say() -> None:
    assert len(SPOILED["the widest id"].encode()) == 128
    assert len(SPOILED["a wide text"].encode()) > 2000
