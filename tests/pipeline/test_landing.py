"""Landing: every delivery gets exactly one disposition, every event lands once."""

import itertools
import random
from datetime import timedelta

import pytest

from integration.database.postgres import connect
from integration.zoom.kept_events import NOT_KEPT
from tests.pipeline.events import (
    PRIVATE,
    Person,
    Session,
    call_ended,
    call_history,
    event,
    other_order,
    user_event,
)
from tests.pipeline.installation import Installation
from tests.pipeline.landed import (
    ACCOUNT,
    ANN,
    ARRIVAL,
    MEETING,
    START,
    changed,
    dispositions,
    joined,
    landed_events,
)


@pytest.fixture(autouse=True)
def _connected(installation: Installation) -> None:
    installation.organization("firm", account=ACCOUNT, users={"ann": "ann@firm.example"})


def test_one_event_in_many_deliveries_lands_once(installation: Installation) -> None:
    ended = MEETING.ended()
    later = {**ended, "event_ts": ended["event_ts"] + 300_000}
    installation.deliver(ended, other_order(ended), later, at=ARRIVAL)
    installation.land(now=ARRIVAL)
    first = installation.execute("select xmin::text, fields from zoom_raw.events")
    installation.deliver(other_order(later), at=ARRIVAL + timedelta(hours=1))
    installation.land(now=ARRIVAL + timedelta(hours=1))

    duplicate = ("duplicate", "this event was already landed")
    assert dispositions(installation) == [("landed", None), duplicate, duplicate, duplicate]
    assert installation.execute("select xmin::text, fields from zoom_raw.events") == first


VERSIONS = [
    MEETING.ended(),
    changed(MEETING.ended(), topic="Plans for summer"),
    changed(MEETING.ended(), topic="", host_id="zu-ben"),
]


def test_if_kept_fields_differ_the_result_does_not_depend_on_the_order(
    installation: Installation,
) -> None:
    orders = list(itertools.permutations(VERSIONS))
    cases = [
        ([changed(body, uuid=f"uuid-{number}") for body in order], number % 3 + 1)
        for number, order in enumerate(orders)
    ]
    installation.deliver(*(body for bodies, first in cases for body in bodies[:first]), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    installation.deliver(*(body for bodies, first in cases for body in bodies[first:]), at=ARRIVAL)
    installation.land(now=ARRIVAL)

    kept = [fields | {"zoom_uuid": ""} for _, fields in landed_events(installation)]
    assert kept == [kept[0]] * len(orders)


def test_a_version_that_wins_later_is_new_data_and_one_that_loses_is_not(
    installation: Installation,
) -> None:
    by_text = sorted(VERSIONS[:2], key=lambda body: body["payload"]["object"]["topic"])
    batches = []
    for body in (by_text[0], by_text[1], by_text[0]):
        installation.deliver(body, at=ARRIVAL)
        installation.land(now=ARRIVAL)
        batches.append(installation.value("select batch from zoom_raw.events"))
    assert batches == [1, 2, 2]


BAD = {
    "not JSON": b'{"event": "meeting.ended", ',
    "not JSON either": b"\xff\xfe",
    "nested too deeply": b"[" * 100_000,
    "no event name": b'{"payload": {}}',
    "no uuid": changed(MEETING.ended(), uuid=""),
    "no call_id": call_ended("caller", ACCOUNT, START, call_id=""),
    "no object.id": user_event("updated", ACCOUNT, START, zoom_user_id=""),
    "a text that is no time": joined(join_time="yesterday"),
    "a time without a zone": joined(join_time="2026-03-02T09:00:00"),
    "a time after tomorrow": joined(join_time="2026-03-04T09:00:01Z"),
    "a time before Zoom": joined(join_time="2010-12-31T23:59:59Z"),
    "an id that is too long": changed(MEETING.ended(), uuid="x" * 129),
    "no start time": changed(MEETING.started(), start_time=None),
    "no leg": joined(user_id="", participant_uuid=None),
    "no participant": changed(MEETING.joined(ANN, START), participant="nobody"),
}
NOT_JSON = "the body is not valid JSON"
REASONS = {
    "not JSON": NOT_JSON,
    "not JSON either": NOT_JSON,
    "nested too deeply": NOT_JSON,
    "no event name": "the body has no event name",
    "no uuid": "no session id (uuid)",
    "no call_id": "no session id (call_id)",
    "no object.id": "no Zoom user id (object.id)",
    "a text that is no time": "invalid time",
    "a time without a zone": "invalid time",
    "a time after tomorrow": "invalid time",
    "a time before Zoom": "invalid time",
    "an id that is too long": "an ID is longer than 128 bytes",
    "no start time": "no event time",
    "no leg": "participant without user_id and participant_uuid",
    "no participant": "participant without user_id and participant_uuid",
}


def test_bad_deliveries_are_quarantined_with_their_reason_and_stop_no_good_one(
    installation: Installation,
) -> None:
    good = [MEETING.started(), MEETING.ended()]
    installation.deliver(good[0], *BAD.values(), good[1], at=ARRIVAL)
    installation.land(now=ARRIVAL)

    first, *middle, last = dispositions(installation)
    assert (first, last) == (("landed", None), ("landed", None))
    assert dict(zip(BAD, middle, strict=True)) == {
        name: ("quarantined", reason) for name, reason in REASONS.items()
    }
    assert len(landed_events(installation)) == 2


def test_ignored_events_and_unknown_accounts_are_counted_without_their_bodies(
    installation: Installation,
) -> None:
    chat = event("meeting.chat_message_sent", ACCOUNT, START, {"message_content": "psst"})
    elsewhere = Session("SomebodyElse0000000000", "uuid-1", "zu-x", START, START).ended()
    nowhere = {**elsewhere, "payload": {"object": elsewhere["payload"]["object"]}}
    unreadable = changed(elsewhere, end_time="yesterday")
    at_the_root = {**nowhere, "account_id": ACCOUNT}
    installation.deliver(chat, elsewhere, nowhere, unreadable, at_the_root, at=ARRIVAL)
    installation.land(now=ARRIVAL)

    unknown = ("unknown_account", "no organization has connected this Zoom account")
    assert dispositions(installation) == [
        ("ignored", NOT_KEPT),
        unknown,
        unknown,
        unknown,
        ("landed", None),
    ]
    assert installation.value("select count(body) from ingress.deliveries") == 0


def test_phone_and_user_events_and_deauthorizations_are_landed(
    installation: Installation,
) -> None:
    deauthorized = event("app_deauthorized", ACCOUNT, START, {})
    deauthorized["payload"] |= {
        "client_id": "client-of-the-tests",
        "deauthorization_time": "2026-03-02T09:00:00Z",
        "signature": "made up",
    }
    installation.deliver(
        call_ended("caller", ACCOUNT, START, call_id="7001"),
        call_ended("callee", ACCOUNT, START, call_id="7001"),
        call_history(ACCOUNT, START, records=["r1"]),
        call_history(ACCOUNT, START, records=["r1", "r2"]),
        call_history(ACCOUNT, START, records=["r2", "r1"]),
        *(
            user_event(name, ACCOUNT, START, zoom_user_id="zu-ann", email="ann@firm.example")
            for name in ("created", "updated", "activated", "deactivated", "deleted")
        ),
        deauthorized,
        at=ARRIVAL,
    )
    installation.land(now=ARRIVAL)

    assert [disposition for disposition, _ in dispositions(installation)] == [
        *["landed"] * 4,
        "duplicate",
        *["landed"] * 6,
    ]
    assert [name for name, _ in landed_events(installation)] == [
        "app_deauthorized",
        "phone.callee_ended",
        "phone.caller_call_history_completed",
        "phone.caller_call_history_completed",
        "phone.caller_ended",
        "user.activated",
        "user.created",
        "user.deactivated",
        "user.deleted",
        "user.updated",
    ]


def test_after_a_batch_no_table_contains_private_data_and_the_ledger_adds_up(
    installation: Installation,
) -> None:
    bodies = MEETING.whole([ANN, Person("Cleo Client", email="cleo@client.example")])
    installation.deliver(*bodies, *bodies[:2], BAD["no event name"], at=ARRIVAL)
    installation.batch(now=ARRIVAL)

    everything = text_of_every_table(installation)
    assert MEETING.topic in everything
    assert {name: value for name, value in PRIVATE.items() if value in everything} == {}
    ledger = "select disposition, count(*) from operations.deliveries group by 1 order by 1"
    assert installation.execute(ledger) == [
        ("duplicate", 2),
        ("landed", len(bodies)),
        ("quarantined", 1),
    ]


def test_a_delivery_with_a_very_long_id_stops_no_batch(installation: Installation) -> None:
    """An index row has room for 2,700 bytes. A longer one would fail again in each batch."""
    very_long = random.Random(7).randbytes(5000).hex()  # noqa: S311 - repeatable, and not compressible
    installation.deliver(*MEETING.whole([ANN]), at=ARRIVAL)
    installation.deliver(joined(user_id=very_long), at=ARRIVAL)
    installation.deliver(joined(user_id="2", email=f"{very_long}@client.example"), at=ARRIVAL)
    installation.deliver(changed(MEETING.started(), host_id=very_long), at=ARRIVAL)

    assert installation.batch(now=ARRIVAL, raise_on_error=False).success


def text_of_every_table(installation: Installation) -> str:
    """Every row of every table, with bodies decoded to text."""
    statements = installation.execute(
        """
        select format('select string_agg(t::text, E''\\n'') from %I.%I as t', nspname, relname)
        from pg_class inner join pg_namespace on pg_namespace.oid = relnamespace
        where relkind = 'r' and nspname !~ '^(pg_|information_schema)'
        """
    )
    with connect(installation.url) as connection:  # one for all: each takes longer than a table
        texts = [connection.execute(query).fetchone()[0] or "" for (query,) in statements]
    bodies = installation.execute("select body from ingress.deliveries where body is not null")
    return "\n".join([*texts, *(bytes(body).decode() for (body,) in bodies)])
