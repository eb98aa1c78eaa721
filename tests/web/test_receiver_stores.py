"""What the receiver stores of a delivery, byte for byte or not at all."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from integration.database.postgres import connect
from integration.zoom.envelope import open_envelope
from integration.zoom.kept_events import KEPT_EVENTS
from tests.web.deliveries import (
    LEDGER,
    NO_EVENT,
    NOT_AN_OBJECT,
    NOT_JSON,
    NOT_KEPT,
    event_body,
    waiting,
)


def test_a_kept_event_is_stored_byte_for_byte_and_waits(receiver: Any) -> None:
    body = b'{ "payload":{"account_id":"acc-1"},\r\n "event":"meeting.started" }'
    answer = receiver.post(body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert receiver.deliveries(*LEDGER, "body_size", "body_sha256") == [
        waiting(body, account="acc-1")
        | {"body_size": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}
    ]


@pytest.mark.parametrize(
    ("inner", "outer", "account"),
    [(" acc-1 ", None, "acc-1"), ("   ", "acc-2", "acc-2"), (7, "acc-2", "7"), ("", "", None)],
)
def test_the_ledger_names_the_account_as_landing_reads_it(
    inner: Any, outer: Any, account: str | None, receiver: Any
) -> None:
    body = json.dumps(
        {"event": "meeting.started", "account_id": outer, "payload": {"account_id": inner}}
    ).encode()
    receiver.post(body)
    assert receiver.deliveries("zoom_account_id") == [{"zoom_account_id": account}]
    assert open_envelope(body).zoom_account_id == account


def test_every_event_on_the_list_waits(receiver: Any) -> None:
    expected = [
        waiting(event_body(event, account_id="acc-1"), account="acc-1", event=event)
        for event in sorted(KEPT_EVENTS)
    ]
    answers = [receiver.post(row["body"]).status_code for row in expected]
    assert (set(answers), receiver.deliveries(*LEDGER)) == ({204}, expected)


def test_the_same_delivery_twice_is_two_rows_of_the_ledger(receiver: Any) -> None:
    body = event_body(account_id="acc-1")
    assert [receiver.post(body).status_code for _ in range(2)] == [204, 204]
    assert receiver.deliveries(*LEDGER) == [waiting(body, account="acc-1")] * 2


ACCOUNTS = (
    ({"payload": {"account_id": "inner"}, "account_id": "root"}, "inner"),
    ({"payload": {"account_id": ""}, "account_id": "root"}, "root"),
    ({"payload": {"account_id": None}, "account_id": "root"}, "root"),
    ({"payload": {"account_id": ["inner"]}, "account_id": "root"}, "root"),
    ({"payload": {"account_id": True}, "account_id": "root"}, "root"),
    ({"payload": "text", "account_id": "root"}, "root"),
    ({"account_id": 12345678901}, "12345678901"),
    ({"payload": {"account_id": 7}}, "7"),
    ({"payload": {}}, None),
    ({}, None),
    ({"account_id": " spaced\n"}, "spaced"),
    ({"payload": {"account_id": " "}, "account_id": "root"}, "root"),
    ({"account_id": "nul\0and half\ud83dpairs"}, "nuland half?pairs"),
    ({"account_id": "\0"}, None),
    ({"account_id": "\U0001f680" * 32}, "\U0001f680" * 32),
    ({"account_id": "\U0001f680" * 32 + "a"}, None),  # no id has more than 128 bytes
)


def test_the_account_is_the_payloads_or_else_the_roots(receiver: Any) -> None:
    for message, _ in ACCOUNTS:
        receiver.post(json.dumps({"event": "meeting.ended", **message}).encode())
    stored = [row["zoom_account_id"] for row in receiver.deliveries("zoom_account_id")]
    assert stored == [account for _, account in ACCOUNTS]


UNREADABLE = (
    (b"", NOT_JSON, None),
    (b"not json {", NOT_JSON, None),
    (b"\xff\xfe\xff", NOT_JSON, None),
    (b"[" * 100_000, NOT_JSON, None),
    (b'{"event":"meeting.started","n":' + b"1" * 5000 + b"}", NOT_JSON, None),
    (b"[1,2]", NOT_AN_OBJECT, None),
    (b'"meeting.started"', NOT_AN_OBJECT, None),
    (b"null", NOT_AN_OBJECT, None),
    (b"NaN", NOT_AN_OBJECT, None),
    (b'{"no":"event","account_id":"acc-1"}', NO_EVENT, "acc-1"),
    (b'{"event":7,"payload":{"account_id":"acc-1"}}', NO_EVENT, "acc-1"),
    (b'{"event":null}', NO_EVENT, None),
    (b'{"event":["meeting.started"]}', NO_EVENT, None),
    (b'{"event":""}', NO_EVENT, None),
)


def test_an_unreadable_delivery_is_quarantined_without_its_body(receiver: Any) -> None:
    answers = [receiver.post(body).status_code for body, _, _ in UNREADABLE]
    assert (set(answers), receiver.deliveries(*LEDGER, "body_size", "body_sha256")) == (
        {204},
        [
            {
                "event": None,
                "zoom_account_id": account,
                "disposition": "quarantined",
                "reason": reason,
                "body": None,
                "body_size": len(body),
                "body_sha256": hashlib.sha256(body).hexdigest(),
            }
            for body, reason, account in UNREADABLE
        ],
    )


def test_numbers_that_only_python_knows_are_not_a_reason_to_quarantine(receiver: Any) -> None:
    body = b'{"event":"meeting.started","a":NaN,"b":-Infinity,"c":1e999}'
    assert receiver.post(body).status_code == 204
    assert receiver.deliveries(*LEDGER) == [waiting(body)]


NOT_KEPT_EVENTS = {  # and how the ledger names them
    "meeting.chat_message_sent": "meeting.chat_message_sent",
    "recording.transcript_completed": "recording.transcript_completed",
    "meeting.started ": "meeting.started ",
    "MEETING.STARTED": "MEETING.STARTED",
    "nul\0half\udc00pair": "nulhalfpair",
    "long" * 1000: "long" * 50,
}


def test_an_event_that_is_not_kept_is_counted_and_its_body_is_not_stored(receiver: Any) -> None:
    answers, expected = [], []
    for event, stored in NOT_KEPT_EVENTS.items():
        body = event_body(event, account_id="acc-1", object={"message": "a-secret-chat-line"})
        answers.append(receiver.post(body).status_code)
        ledger = (stored, "acc-1", "ignored", NOT_KEPT, None)
        expected.append(dict(zip(LEDGER, ledger, strict=True)) | {"body_size": len(body)})
    assert (set(answers), receiver.deliveries(*LEDGER, "body_size")) == ({204}, expected)
    assert receiver.metric('zoom_deliveries_total{disposition="ignored"}') == len(expected)


def test_the_body_of_a_chat_event_is_in_no_column_of_any_table(receiver: Any) -> None:
    receiver.post(event_body("meeting.chat_message_sent", object={"message": "a-secret-chat-line"}))
    with psycopg.connect(receiver.database_url) as owner:
        rows = owner.execute(
            "select deliveries::text, convert_from(coalesce(body, ''), 'utf8') "
            "from ingress.deliveries as deliveries"
        ).fetchall()
    assert (len(rows), "a-secret-chat-line" in str(rows)) == (1, False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"event":"meeting.started","t":"\\uD83D\\uDE80 caf\xc3\xa9 \xe2\x80\x93 na\\u00efve"}',
        b'\xef\xbb\xbf{"event":"meeting.started"}',  # a byte order mark
        '{"event":"meeting.started"}'.encode("utf-16"),
    ],
    ids=["escapes and raw UTF-8", "byte order mark", "UTF-16"],
)
def test_bytes_that_are_not_ascii_are_verified_and_stored_as_received(
    receiver: Any, body: bytes
) -> None:
    assert receiver.post(body).status_code == 204
    assert receiver.deliveries(*LEDGER) == [waiting(body)]


def test_each_live_secret_is_accepted(receiver: Any) -> None:
    body = event_body()
    answers = [
        receiver.post(body, headers=receiver.signed(body, secret=secret)).status_code
        for secret in (receiver.newer_secret, receiver.older_secret)
    ]
    assert answers == [204, 204]


def test_many_deliveries_at_once_are_all_stored(receiver: Any) -> None:
    bodies = [event_body(account_id=f"acc-{n}") for n in range(200)]
    with ThreadPoolExecutor(16) as senders:
        answers = list(senders.map(lambda body: receiver.post(body).status_code, bodies))
    stored = sorted(row["body"] for row in receiver.deliveries("body"))
    assert (answers, stored) == ([204] * 200, sorted(bodies))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from([*sorted(KEPT_EVENTS), "endpoint.url_validation"]) | json_values,
        "payload": st.fixed_dictionaries(
            {},
            optional={"account_id": json_values, "plainToken": json_values, "object": json_values},
        )
        | json_values,
        "account_id": json_values,
    },
)


def test_no_signed_body_causes_a_server_error(receiver: Any) -> None:
    @given(
        body=st.binary(max_size=300) | messages.map(lambda message: json.dumps(message).encode())
    )
    @hypothesis_settings(max_examples=150, deadline=None, database=None)
    def check(body: bytes) -> None:
        assert receiver.post(body).status_code in (200, 204, 400)

    check()


def test_the_receivers_role_cannot_read_what_it_wrote(receiver: Any) -> None:
    receiver.post(event_body())
    with (
        connect(receiver.database_url, role="receiver") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select body from ingress.deliveries")
