"""Who was erased is recognized in any order of arrival, and nobody else is taken for them."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.database.postgres import transaction
from integration.privacy.digests import Digests, key_id
from integration.privacy.person import erase_person, known_person
from integration.privacy.proof import prove
from integration.privacy.registry_rows import PersonalRows
from integration.privacy.tombstones import note_key
from tests.pipeline.events import Body, Person, Session, event, iso, user_event
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


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": ANN.email})


def session(name: str, hour: int, **more: Any) -> Session:
    start = START + timedelta(hours=hour)
    return Session(ACCOUNT, f"uuid-{name}", "zu-ann", start, start + timedelta(hours=1), **more)


def told_with(body: Body, **fields: Any) -> Body:
    """The event with other fields of its participant; None takes one away."""
    about = body["payload"]["object"]
    participant = {**about["participant"], **fields}
    participant = {name: value for name, value in participant.items() if value is not None}
    return {**body, "payload": {**body["payload"], "object": {**about, "participant": participant}}}


MEETING, SECOND, THIRD = session("one", 0), session("two", 2), session("three", 4)
BY_REGISTRATION = session("registered", 6)


def everything() -> list[Body]:
    """One person, whom each event knows by something else."""
    begin, end = MEETING.started_at, MEETING.ended_at
    in_room = told_with(
        MEETING.joined(EVE_BY_NAME, begin + timedelta(minutes=5), leg="9"),
        parent_user_id="2", participant_uuid="",
    )  # fmt: skip
    return [
        *MEETING.whole([ANN]),
        MEETING.joined(EVE, begin, leg="2"),
        MEETING.left(Person("Eve at her desk"), end, leg="2"),  # the same leg
        told_with(MEETING.joined(Person("Somebody there"), begin, leg="3"),
                  participant_uuid="UUID-OF-2"),
        told_with(MEETING.left(Person("Only uuid"), end, leg="3"),
                  user_id=None, participant_uuid="UUID-OF-2"),
        {**in_room, "event": "meeting.participant_joined_breakout_room"},
        *SECOND.whole([ANN, EVE_SIGNED_IN]),
        *THIRD.whole([ANN, EVE_BY_ID, NAMESAKE]),
        *session("unsigned", 8).whole([EVE_BY_NAME]),
        told_with(BY_REGISTRATION.joined(EVE, begin, leg="2"), registrant_id="r1"),
        told_with(BY_REGISTRATION.joined(Person("Guest One"), begin, leg="3"), registrant_id="r1"),
        told_with(BY_REGISTRATION.joined(ANN, begin, leg="4"), registrant_id="r1"),
        user_event("updated", ACCOUNT, START, zoom_user_id="zu-eve", display_name="E. Ely"),
        user_event("updated", ACCOUNT, START, zoom_user_id="zu-ann", email=ANN.email),
    ]  # fmt: skip


def erase(installation: Installation, key: str = KEY) -> None:
    """Without deriving anything again."""
    installation.execute("update pipeline.batches set finished_at = now()")
    number = installation.value("select coalesce(max(batch), 0) from pipeline.batches")
    with transaction(installation.url) as connection:
        note_key(connection, key_id(TOMBSTONE_KEY))
        digests = Digests(TOMBSTONE_KEY, "firm")
        erase_person(connection, number, digests, key, clear_topics=False)


def forget_everything(installation: Installation) -> None:
    installation.execute(
        "truncate zoom_raw.events, zoom_raw.users, ingress.deliveries, integration.tombstones, "
        "integration.tombstone_key, pipeline.settings, pipeline.setting_changes"
    )


def landed(installation: Installation) -> dict[str, dict[str, str]]:
    return dict(installation.execute("select event_id, fields from zoom_raw.events"))


def test_the_order_of_arrival_and_of_the_erasure_changes_nothing(
    installation: Installation,
) -> None:
    results = []
    rng = random.Random(11)  # noqa: S311 - a repeatable shuffle
    for erased_after in (0, 0, 1, 1, 2, 2):
        forget_everything(installation)
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
    assert not any(told in text for told in ("Out.example", "zu-eve", "Guest One", "Only uuid"))
    assert not any(told in text for told in ("at her desk", "Somebody there", "E. Ely"))
    assert "eve@else.example" in text
    assert text.count("ann@firm.example") == 8
    assert [result == results[0] for result in results] == [True] * len(results)


def call(call_id: str, hour: int, **callee: str) -> Body:
    """A live call of Ann's; `callee` is what Zoom tells of the other side."""
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
    """By call: what is known of the other side."""
    rows = installation.execute(
        """
        select
            fields ->> 'call_id',
            array_agg(field.value order by field.value) filter (where field.key like 'callee%')
        from zoom_raw.events
        cross join lateral jsonb_each_text(fields) as field
        group by event_id, fields
        """
    )
    return {call_id: values or [] for call_id, values in rows}


def test_a_number_is_a_persons_own_when_nobody_else_was_seen_with_it(
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


def test_an_extension_is_a_persons_own_for_the_time_in_which_it_was_theirs(
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


def test_a_zoom_user_whose_address_is_another_persons_now_stays(
    installation: Installation,
) -> None:
    """An administrator has given the licence to a successor."""
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
    """Its own events have a number for a name, and nothing else that would tie it to anybody."""
    phone, colleagues = Person("12055550100"), Person("12055550177")
    by_id = told_with(
        MEETING.joined(phone, START, leg="3"), bind_user_id="2", bind_participant_uuid="UUID-OF-2"
    )
    by_uuid = told_with(
        SECOND.joined(phone, START, leg=""),
        bind_user_id="", participant_uuid="UUID-OF-3", bind_participant_uuid="UUID-OF-2",
    )  # fmt: skip
    bound_to_ann = told_with(MEETING.joined(colleagues, START, leg="4"), bind_user_id="1")
    events = [
        MEETING.joined(ANN, START, leg="1"),
        MEETING.joined(EVE, START, leg="2"),
        MEETING.joined(phone, START, leg="3"),
        MEETING.joined(colleagues, START, leg="4"),
        told_with(SECOND.joined(EVE, START, leg=""), participant_uuid="UUID-OF-2"),
        told_with(SECOND.joined(phone, START, leg=""), participant_uuid="UUID-OF-3"),
    ]
    binds = [
        {**body, "event": "meeting.participant_bind"} for body in (by_id, by_uuid, bound_to_ann)
    ]
    texts = []
    for first, then in ((events, binds), (binds, events), ([], events + binds)):
        forget_everything(installation)
        installation.deliver(*first, at=ARRIVAL)
        installation.land_and_settle(now=ARRIVAL)
        erase(installation)
        installation.deliver(*then, at=ARRIVAL)
        installation.land_and_settle(now=ARRIVAL)
        texts.append(str(landed(installation)))
    assert [phone.name in text or "UUID-OF-3" in text for text in texts] == [False] * 3
    assert [colleagues.name in text for text in texts] == [True] * 3


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


def test_the_proof_finds_what_is_left_in_any_column(installation: Installation) -> None:
    """Each of these has been put back by hand; what only resembles the person is none of it."""
    leg = told_with(MEETING.joined(EVE_SIGNED_IN, START, leg="2"), customer_key="c1")
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
        person = known_person(connection, Digests(TOMBSTONE_KEY, "firm"), KEY)
        proof = prove(person, PersonalRows(connection, "firm"), plain_texts=set())
    return {f"{one.column.table}.{one.column.column}": one.values for one in proof.left}
