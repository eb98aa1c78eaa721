"""`erase --phone`: a person who is known only by a number, in calls and as a name in meetings."""

from datetime import timedelta

import pytest

from integration.database.postgres import transaction
from integration.privacy.digests import Digests
from integration.privacy.person import known_person
from integration.privacy.proof import verify
from integration.privacy.refusals import ActiveUser, Refused
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.subjects import with_number
from tests.pipeline.events import Body, user_event
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.privacy.callers import (
    ANNS_NUMBER,
    DIGITS,
    NUMBER,
    OTHERS_NUMBER,
    WITH_PHONE,
    call,
    calls,
    late_calls,
    record,
)
from tests.privacy.erasure_story import counts, dump, tables_with
from tests.privacy.eve import ACCOUNT, ANN, ARRIVAL, START, delete_everything, erase, landed

CALLER = with_number(DIGITS)
OF_CALLER = ("2125550199", "555-0199", "555 0199", "Cal Caller", "C. Caller")


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def test_a_caller_is_erased_in_any_order_of_the_events_and_the_erasure(
    installation: Installation,
) -> None:
    results = []
    bodies = [*calls(), *late_calls()]
    for erased_after in (0, 1, 2):
        delete_everything(installation)
        for number, part in enumerate((bodies[::2], bodies[1::2])):
            if number == erased_after:
                erase(installation, CALLER)
            installation.deliver(*part, at=ARRIVAL)
            installation.land_and_settle(now=ARRIVAL)
        if erased_after == 2:
            erase(installation, CALLER)
        results.append(landed(installation))
    text = str(results[0])
    assert [one for one in OF_CALLER if one in text] == []
    assert [result == results[0] for result in results] == [True] * 3


def test_nothing_of_a_caller_is_left_and_nothing_of_anybody_else_is_gone(
    installation: Installation,
) -> None:
    """Not in a quarantined body, nor in an exclusion, nor late. The sums stay the same."""
    installation.deliver(*calls(), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    installation.execute(
        "insert into integration.exclusions (organization_id, email_or_domain, kind, level) "
        "values ('firm', %s, 'phone_number', 'never_store')",
        [NUMBER],
    )
    before = counts(installation)
    assert installation.erase(CALLER, organization_id="firm")
    found = dump(installation)
    assert tables_with(found, *OF_CALLER) == {}
    assert counts(installation) == before
    others = (ANN.email, OTHERS_NUMBER, ANNS_NUMBER, "Odd Other", "eve@else.example")
    assert [one for one in others if one not in found["zoom_raw.events"]] == []

    installation.deliver(*late_calls(), at=ARRIVAL + timedelta(days=1))
    installation.batch(now=ARRIVAL + timedelta(days=1))
    later = dump(installation)
    assert tables_with(later, *OF_CALLER) == {}
    assert later["zoom_raw.events"].count(OTHERS_NUMBER) == 2
    assert counts(installation)["participants"] == before["participants"] + 4
    assert installation.erase(CALLER, organization_id="firm")


def test_a_number_that_is_not_kept_in_full_is_recognized(installation: Installation) -> None:
    installation.execute(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('firm', 'phone_numbers', 'masked')"
    )
    installation.deliver(*calls()[:3], at=ARRIVAL)
    installation.land_and_settle(now=ARRIVAL)
    assert str(landed(installation)).count("…99") == 2
    erase(installation, CALLER)
    text = str(landed(installation))
    assert ("…99" in text, text.count("…23")) == (False, 1)


LEFT_BEHIND = """
    update zoom_raw.events set fields = fields || '{"callee_phone_number": "1 212 5550199"}'
    where fields ->> 'call_id' = 'first';
    insert into clientsights_raw.display_names (organization_id, display_name, rule_version, batch)
    values ('firm', 'cal  CALLER', '1', 0), ('firm', '(212) 555-0199', '1', 0),
        ('firm', '+1 212 555 0199', '1', 0);
    insert into integration.exclusions (organization_id, email_or_domain, kind)
    values ('firm', '+1-212-555-0199', 'phone_number');
    insert into integration.audit_trail (organization_id, user_id, kind, subject, details)
    values ('firm', 'ann', 'exclusion_added', '12125550199', '{}');
    insert into ingress.deliveries (organization_id, disposition, body_size, body_sha256, body)
    values ('firm', 'quarantined', 1, '', '{"a": ["+1 212 555 0199"]}');
"""


def test_the_verification_finds_what_is_left_of_a_caller(installation: Installation) -> None:
    """The test puts each of these back. Another number with the same end does not count."""
    installation.deliver(*calls(), at=ARRIVAL)
    installation.land_and_settle(now=ARRIVAL)
    erase(installation, CALLER)
    found = [left_of_caller(installation)]
    installation.execute(LEFT_BEHIND)
    found.append(left_of_caller(installation))
    assert found == [
        {},
        {
            "zoom_raw.events.fields": 1,
            "clientsights_raw.display_names.display_name": 2,
            "integration.exclusions.email_or_domain": 1,
            "integration.audit_trail.subject": 1,
            "ingress.deliveries.body": 1,
        },
    ]


def left_of_caller(installation: Installation) -> dict[str, int]:
    with transaction(installation.url) as connection:
        person = known_person(connection, Digests((TOMBSTONE_KEY,), "firm"), CALLER)
        proof = verify(person, PersonalRows(connection, "firm"), plain_texts=set())
    return {f"{one.column.table}.{one.column.column}": one.values for one in proof.left}


CALLS_OF_ANN = {
    "email": record("own", 1, email="ANN@firm.example"),
    "Zoom user": call("own", 1, phone_number=NUMBER, user_id="zu-ann"),
    "mapping": call("own", 1, phone_number=NUMBER, user_id="zu-mapped"),
    "extension": call("own", 1, phone_number=NUMBER, extension_number="2002"),
}


@pytest.mark.parametrize("of_ann", CALLS_OF_ANN.values(), ids=CALLS_OF_ANN)
def test_a_number_of_an_active_user_is_refused(of_ann: Body, installation: Installation) -> None:
    installation.execute(
        """
        insert into zoom_raw.phone_users
            (organization_id, zoom_account_id, zoom_user_id, imported_at, batch, extension_number)
        values ('firm', %(account)s, 'zu-ann', '2026-03-01', 0, '2002');
        """,
        {"account": ACCOUNT},
    )
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id) "
        "values (%s, 'zu-mapped', 'ann')",
        [ACCOUNT],
    )
    installation.deliver(
        user_event("created", ACCOUNT, START, zoom_user_id="zu-ann", email=ANN.email),
        of_ann,
        at=ARRIVAL,
    )
    installation.land_and_settle(now=ARRIVAL)
    with pytest.raises(ActiveUser, match="This phone number belongs to an active WorkSights user"):
        installation.erase(CALLER, organization_id="firm")
    assert installation.value("select count(*) from integration.tombstones") == 0


def test_a_number_that_was_seen_with_an_address_is_refused_with_the_way_to_erase_it(
    installation: Installation,
) -> None:
    """Also if the delivery that says so has not been landed."""
    installation.deliver(record("known", 1, email="v@out.example"), at=ARRIVAL)
    for _ in range(2):
        with pytest.raises(Refused, match="Erase that person with --email"):
            installation.erase(CALLER, organization_id="firm")
    assert installation.value("select count(*) from integration.tombstones") == 0
    assert installation.value("select count(*) from integration.erasures") == 0
    assert installation.erase("v@out.example", organization_id="firm")
    assert installation.erase(CALLER, organization_id="firm")


def test_a_number_of_an_erased_person_is_searched_for_with_all_that_is_known_of_them(
    installation: Installation,
) -> None:
    installation.deliver(record("known", 1, email="v@out.example"), at=ARRIVAL)
    installation.land_and_settle(now=ARRIVAL)
    erase(installation, "v@out.example")
    installation.execute(LEFT_BEHIND.replace("first", "known"))
    left = left_of_caller(installation)
    assert left["integration.exclusions.email_or_domain"] == 1
    assert left["zoom_raw.events.fields"] == 1


def test_somebody_who_dialed_in_stays_one_participant(installation: Installation) -> None:
    installation.deliver(*calls(), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    assert installation.erase(CALLER, organization_id="firm")
    assert installation.execute(
        "select display_name, email from timeline.participants "
        "inner join timeline.sessions using (organization_id, session_id) "
        "where zoom_uuid = %s order by display_name",
        [WITH_PHONE.uuid],
    ) == [("Ann Ash", ANN.email), ("Eve Ely", "eve@else.example"), (None, None)]
