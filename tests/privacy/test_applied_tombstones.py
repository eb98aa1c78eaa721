"""An erased person is recognized in any order of arrival, and no one else is mistaken for them."""

import random

import pytest

from integration.database.postgres import transaction
from integration.privacy.digests import Digests
from integration.privacy.person import known_person
from integration.privacy.proof import verify
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.subjects import with_address
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.privacy.eve import (
    ACCOUNT,
    ANN,
    ARRIVAL,
    EVE_SIGNED_IN,
    KEY,
    MEETING,
    START,
    changed,
    delete_everything,
    erase,
    everything,
    landed,
)


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def test_the_order_of_arrival_and_of_the_erasure_changes_nothing(
    installation: Installation,
) -> None:
    results = []
    rng = random.Random(11)  # noqa: S311 - a repeatable shuffle
    for erased_after in (0, 0, 1, 1, 2, 2):
        delete_everything(installation)
        bodies = everything()
        rng.shuffle(bodies)
        parts = [bodies[::2], bodies[1::2]]
        for number, part in enumerate(parts):
            if number == erased_after:
                erase(installation)
            installation.deliver(*part, *rng.sample(part, 3), at=ARRIVAL)
            installation.land_and_settle(now=ARRIVAL)
        if erased_after == 2:
            erase(installation)
        results.append(landed(installation))
    text = str(results[0])
    assert not any(part in text for part in ("Out.example", "zu-eve", "Guest One", "Only uuid"))
    assert not any(part in text for part in ("at her desk", "Somebody there", "E. Ely"))
    assert "eve@else.example" in text
    assert text.count("ann@firm.example") == 8
    assert [result == results[0] for result in results] == [True] * len(results)


LEFT_BEHIND = """
    insert into worksights.users (user_id, organization_id, email, full_name, role)
    values ('u', 'firm', 'E.V.E <eve+other@OUT.example>', 'Nobody', 'member');
    insert into pipeline.settings (organization_id, kind, subject, value, zoom_account_id, valid)
    values ('firm', 'mapping', 'zu-eve', 'ann', '', '{(,)}');
    insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
    values ('firm', 'ann', 'mapped', 'x', '{"zoom_user_id": "zu-eve"}');
    insert into clientsights_raw.display_names (organization_id, display_name, rule_version, batch)
    values ('firm', 'eve e.  ELY', '1', 0), ('firm', 'Eve Adams', '1', 0);
    update zoom_raw.events set fields = fields || '{"customer_key": "c1"}'
    where fields ->> 'user_id' = '2';
    insert into ingress.deliveries (organization_id, disposition, body_size, body_sha256, body)
    values ('firm', 'quarantined', 1, '', '{"a": ["x <Eve@out.example>"]}');
    create table dagster.event_logs (event text);
    insert into dagster.event_logs
    values ('failed for "eve@out.example"'), ('for eve@out.example.org');
"""


def test_the_verification_finds_what_is_left_in_any_column(installation: Installation) -> None:
    """The test puts each of these back. Values that only resemble the person's do not count."""
    leg = changed(MEETING.joined(EVE_SIGNED_IN, START, leg="2"), customer_key="c1")
    installation.deliver(leg, at=ARRIVAL)
    installation.land_and_settle(now=ARRIVAL)
    erase(installation)
    found = [left_of_eve(installation)]
    installation.execute(LEFT_BEHIND)
    found.append(left_of_eve(installation))
    assert found == [
        {},
        {
            "worksights.users.email": 1,
            "pipeline.settings.subject": 1,
            "integration.audit_trail.details": 1,
            "clientsights_raw.display_names.display_name": 1,
            "zoom_raw.events.fields": 1,
            "ingress.deliveries.body": 1,
            "dagster.event_logs.event": 1,
        },
    ]


def left_of_eve(installation: Installation) -> dict[str, int]:
    with transaction(installation.url) as connection:
        person = known_person(connection, Digests((TOMBSTONE_KEY,), "firm"), with_address(KEY))
        proof = verify(person, PersonalRows(connection, "firm"), plain_texts=set())
    return {f"{one.column.table}.{one.column.column}": one.values for one in proof.left}
