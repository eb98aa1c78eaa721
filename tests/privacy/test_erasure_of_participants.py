"""`erase --participant`: the person on certain legs of one session."""

from datetime import timedelta

import pytest

from integration.database.postgres import transaction
from integration.privacy.digests import Digests
from integration.privacy.participants import find_participant, subject_of
from integration.privacy.person import known_person
from integration.privacy.proof import verify
from integration.privacy.refusals import ActiveUser
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.subjects import Subject, on_legs, with_address
from tests.pipeline.events import Person, user_event
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.privacy.callers import (
    COLLEAGUE_OF_GUEST,
    GUEST,
    OTHERS_NUMBER,
    call,
    calls,
    late_in_meeting,
    meeting,
    participant_named,
)
from tests.privacy.erasure_story import counts, dump, tables_with
from tests.privacy.eve import (
    ACCOUNT,
    ANN,
    ARRIVAL,
    MEETING,
    SECOND,
    START,
    delete_everything,
    erase,
    landed,
)

OF_GUEST = ("'Gil'", "Gilbert", "UUID-OF-7", "UUID-OF-8", "'r7'")


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def chosen(installation: Installation, participant_id: str) -> Subject:
    with transaction(installation.url, role="pipeline") as connection:
        found = find_participant(connection, participant_id)
        assert found is not None
        return subject_of(connection, found)


def left_of(installation: Installation, subject: Subject) -> dict[str, int]:
    with transaction(installation.url) as connection:
        person = known_person(connection, Digests((TOMBSTONE_KEY,), "firm"), subject)
        proof = verify(person, PersonalRows(connection, "firm"), plain_texts=set())
    return {f"{one.column.table}.{one.column.column}": one.values for one in proof.left}


def test_a_participant_is_erased_with_all_their_legs_and_no_one_else(
    installation: Installation,
) -> None:
    """Late events of the same legs do not bring them back. The sums stay the same."""
    installation.deliver(
        *meeting(), *SECOND.whole([ANN, Person("Gil Guest", email="gil@b.example")]), at=ARRIVAL
    )
    installation.batch(now=ARRIVAL)
    guest = chosen(
        installation,
        installation.value(
            "select participant_id from timeline.participants "
            "where email is null and display_name = 'Gil Guest'"
        ),
    )
    before = counts(installation)
    assert installation.erase(guest, organization_id="firm")
    assert counts(installation) == before
    texts = [str(landed(installation))]

    installation.deliver(*late_in_meeting(), at=ARRIVAL + timedelta(days=1))
    installation.batch(now=ARRIVAL + timedelta(days=1))
    texts.append(str(landed(installation)))
    for text in texts:
        assert [one for one in OF_GUEST if one in text] == []
        assert "UUID-OF-9" in text
        assert text.count(GUEST.name) == text.count("gil@b.example") == 2  # the namesake
    found = dump(installation)
    assert tables_with(found, "Gilbert", "UUID-OF-7", "UUID-OF-8") == {}
    assert found["timeline.participants"].count(COLLEAGUE_OF_GUEST.name) == 1
    assert counts(installation)["participants"] == before["participants"]


def test_a_participant_is_erased_in_any_order_of_the_events_and_the_erasure(
    installation: Installation,
) -> None:
    installation.deliver(*meeting(), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    guest = chosen(installation, participant_named(installation, GUEST.name))
    bodies = [*meeting(), *late_in_meeting()]
    results = []
    for erased_after in (0, 1, 2):
        delete_everything(installation)
        for number, part in enumerate((bodies[::2], bodies[1::2])):
            if number == erased_after:
                erase(installation, guest)
            installation.deliver(*part, at=ARRIVAL)
            installation.land_and_settle(now=ARRIVAL)
        if erased_after == 2:
            erase(installation, guest)
        results.append(landed(installation))
    text = str(results[0])
    assert [one for one in (GUEST.name, *OF_GUEST) if one in text] == []
    assert COLLEAGUE_OF_GUEST.name in text
    assert [result == results[0] for result in results] == [True] * 3


def test_the_verification_finds_a_first_name_on_the_erased_leg(installation: Installation) -> None:
    """It identifies no one elsewhere, but it is still about the person who asked."""
    installation.deliver(*meeting(), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    guest = chosen(installation, participant_named(installation, GUEST.name))
    assert installation.erase(guest, organization_id="firm")
    found = [left_of(installation, guest)]
    installation.execute(
        """update zoom_raw.events set fields = fields || '{"display_name": "Gil"}' """
        "where fields ->> 'user_id' in ('7', '9')"
    )
    found.append(left_of(installation, guest))
    assert found == [{}, {"zoom_raw.events.fields": 1}]


def test_one_side_of_a_call_is_erased_in_that_call_only(installation: Installation) -> None:
    installation.deliver(
        *calls(), call("again", 6, phone_number=OTHERS_NUMBER, name="Odd"), at=ARRIVAL
    )
    installation.batch(now=ARRIVAL)
    other = chosen(installation, participant_named(installation, "Odd"))
    before = counts(installation)
    assert installation.erase(other, organization_id="firm")
    assert counts(installation) == before
    kept = {
        fields["call_id"]: fields.get("callee_phone_number")
        for fields in landed(installation).values()
        if "call_id" in fields
    }
    assert (kept["again"], kept["others"]) == (None, OTHERS_NUMBER)


def test_a_participant_with_an_address_is_the_person_with_that_address(
    installation: Installation,
) -> None:
    """Also if only Zoom's list has it."""
    installation.deliver(
        user_event("created", ACCOUNT, START, zoom_user_id="zu-col", email="col@firm.example"),
        *MEETING.whole([ANN, Person("Vic Vale", email="Vic+x@out.example")]),
        *SECOND.whole([ANN, Person("Col League", "zu-col")]),
        at=ARRIVAL,
    )
    installation.batch(now=ARRIVAL)
    names = ("Vic Vale", "Col League")
    found = [chosen(installation, participant_named(installation, name)) for name in names]
    assert found == [with_address("vic@out.example"), with_address("col@firm.example")]


def test_a_participant_who_is_an_active_user_is_refused(installation: Installation) -> None:
    """With an address of the user, or a Zoom user without one that is mapped to the user."""
    installation.execute(
        "insert into integration.mapping_changes "
        "(zoom_account_id, zoom_user_id, user_id, effective_from) "
        "values (%s, 'zu-mapped', 'ann', '2026-01-01')",
        [ACCOUNT],
    )
    installation.deliver(*MEETING.whole([ANN, Person("Ann in the lab", "zu-mapped")]), at=ARRIVAL)
    installation.batch(now=ARRIVAL)
    for name in (ANN.name, "Ann in the lab"):
        subject = chosen(installation, participant_named(installation, name))
        with pytest.raises(ActiveUser, match="Deactivate the user first. Nothing was erased."):
            installation.erase(subject, organization_id="firm")
    assert installation.value("select count(*) from integration.tombstones") == 0


def test_no_participant_has_an_unknown_id(installation: Installation) -> None:
    with transaction(installation.url, role="pipeline") as connection:
        assert find_participant(connection, "unknown") is None


def test_a_zoom_user_without_an_address_is_erased_everywhere(installation: Installation) -> None:
    session_id = "not-landed"
    subject = on_legs(session_id, ["main:1"], zoom_user_id="zu-x", user_ids=frozenset())
    installation.deliver(*MEETING.whole([ANN, Person("Xan Xu", "zu-x")]), at=ARRIVAL)
    installation.land_and_settle(now=ARRIVAL)
    erase(installation, subject)
    text = str(landed(installation))
    assert ("zu-x" in text, "Xan Xu" in text, "zu-ann" in text) == (False, False, True)
