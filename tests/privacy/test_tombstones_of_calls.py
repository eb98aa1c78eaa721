"""Erased people are recognized in calls: by a number, an extension, a phone in a meeting."""

from datetime import timedelta

import pytest

from tests.pipeline.events import Body, Person, event, iso, user_event
from tests.pipeline.installation import Installation
from tests.privacy.eve import (
    ACCOUNT,
    ANN,
    ARRIVAL,
    EVE,
    MEETING,
    SECOND,
    START,
    changed,
    delete_everything,
    erase,
    landed,
    session,
)


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def call(call_id: str, hour: int, **callee: str) -> Body:
    """A live call of Ann's; `callee` is what Zoom sends about the other side."""
    at = START + timedelta(hours=hour)
    about = {
        "call_id": call_id,
        "caller": {"user_id": "zu-ann", "extension_number": 1001},
        "callee": callee,
        "answer_start_time": iso(at),
        "call_end_time": iso(at + timedelta(minutes=5)),
    }
    return event("phone.caller_ended", ACCOUNT, at, about)


def callees(installation: Installation) -> dict[str, list[str]]:
    """What is known about the other side of each call, except that an erased one was external."""
    rows = installation.execute(
        """
        select
            fields ->> 'call_id',
            array_agg(field.value order by field.value) filter (
                where field.key like 'callee%' and field.key || field.value
                    <> 'callee_affiliationexternal'
            )
        from zoom_raw.events
        cross join lateral jsonb_each_text(fields) as field
        group by event_id, fields
        """
    )
    return {call_id: values or [] for call_id, values in rows}


def test_a_number_belongs_to_a_person_if_no_one_else_was_seen_with_it(
    installation: Installation,
) -> None:
    main, own = "+49 30 1234567", "+49 30 7654321"
    installation.deliver(
        user_event("created", ACCOUNT, START, zoom_user_id="zu-eve", email="eve@out.example"),
        call("eves", 1, user_id="zu-eve", phone_number=main),
        call("eves-too", 2, user_id="zu-eve", phone_number=own),
        call("colleagues", 3, user_id="zu-col", phone_number=main),
        call("main-line", 4, phone_number=main),
        call("own-line", 5, phone_number=own, name="Desk"),
        at=ARRIVAL,
    )
    installation.land_and_settle(now=ARRIVAL)
    erase(installation)
    installation.deliver(call("later", 6, phone_number="0049 30 7654321"), at=ARRIVAL)
    installation.deliver(call("later-too", 7, phone_number="+49307654321"), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    assert callees(installation) == {
        "eves": [],
        "eves-too": [],
        "colleagues": [main, "zu-col"],
        "main-line": [main],
        "own-line": [],
        "later": ["0049 30 7654321"],  # other digits: no rule says that the number is the same
        "later-too": [],
    }


def test_an_extension_belongs_to_a_person_only_while_it_is_assigned_to_them(
    installation: Installation,
) -> None:
    installation.execute(
        """
        insert into zoom_raw.phone_users
            (organization_id, zoom_account_id, zoom_user_id, imported_at, batch, extension_number)
        values
            ('firm', %(account)s, 'zu-eve', '2026-03-01', 0, '2002'),
            ('firm', %(account)s, 'zu-eve', '2026-03-02 12:00Z', 0, null),
            ('firm', %(account)s, 'zu-new', '2026-03-02 12:00Z', 0, '2002')
        """,
        {"account": ACCOUNT},
    )
    installation.deliver(
        user_event("created", ACCOUNT, START, zoom_user_id="zu-eve", email="eve@out.example"),
        call("hers", 1, extension_number="2002", name="Extension"),
        call("the-successors", 8, extension_number="2002", name="Extension"),
        at=ARRIVAL,
    )
    installation.land_and_settle(now=ARRIVAL)
    erase(installation)
    assert callees(installation) == {"hers": [], "the-successors": ["2002", "Extension"]}
    assert installation.execute("select zoom_user_id from zoom_raw.phone_users") == [("zu-new",)]


def test_a_zoom_user_that_now_has_another_persons_address_stays(
    installation: Installation,
) -> None:
    """An administrator has given the license to a successor."""
    later = START + timedelta(hours=3)
    installation.deliver(
        user_event("created", ACCOUNT, START, zoom_user_id="zu-1", email="eve@out.example"),
        user_event("updated", ACCOUNT, later, zoom_user_id="zu-1", email="new@firm.example"),
        *session("successors", 5).whole([Person("New Nell", "zu-1")]),
        at=ARRIVAL,
    )
    installation.land_and_settle(now=ARRIVAL)
    erase(installation)
    fields = [fields for fields in landed(installation).values() if "zoom_user_id" in fields]
    assert [
        (each.get("email"), each.get("display_name"))
        for each in sorted(fields, key=lambda each: each.get("email", ""))
    ] == [(None, "New Nell"), (None, "New Nell"), ("new@firm.example", None)]


def test_a_phone_that_was_bound_to_a_persons_leg_is_erased_with_them(
    installation: Installation,
) -> None:
    """Its own events have a number as the name, and nothing else that identifies anyone."""
    phone, colleagues = Person("12055550100"), Person("12055550177")
    by_id = changed(
        MEETING.joined(phone, START, leg="3"), bind_user_id="2", bind_participant_uuid="UUID-OF-2"
    )
    by_uuid = changed(
        SECOND.joined(phone, START, leg=""),
        bind_user_id="", participant_uuid="UUID-OF-3", bind_participant_uuid="UUID-OF-2",
    )  # fmt: skip
    bound_to_ann = changed(MEETING.joined(colleagues, START, leg="4"), bind_user_id="1")
    events = [
        MEETING.joined(ANN, START, leg="1"),
        MEETING.joined(EVE, START, leg="2"),
        MEETING.joined(phone, START, leg="3"),
        MEETING.joined(colleagues, START, leg="4"),
        changed(SECOND.joined(EVE, START, leg=""), participant_uuid="UUID-OF-2"),
        changed(SECOND.joined(phone, START, leg=""), participant_uuid="UUID-OF-3"),
    ]
    binds = [
        {**body, "event": "meeting.participant_bind"} for body in (by_id, by_uuid, bound_to_ann)
    ]
    texts = []
    for first, then in ((events, binds), (binds, events), ([], events + binds)):
        delete_everything(installation)
        installation.deliver(*first, at=ARRIVAL)
        installation.land_and_settle(now=ARRIVAL)
        erase(installation)
        installation.deliver(*then, at=ARRIVAL)
        installation.land_and_settle(now=ARRIVAL)
        texts.append(str(landed(installation)))
    assert [phone.name in text or "UUID-OF-3" in text for text in texts] == [False] * 3
    assert [colleagues.name in text for text in texts] == [True] * 3
