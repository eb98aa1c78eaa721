"""The webhook endpoint, over HTTP, on a real database."""

import hashlib
import hmac
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg import sql

from integration.settings import Settings, SettingsError
from integration.store.migrate import migrate
from integration.store.postgres import connect, database_url, stop_embedded
from integration.web.app import create_app
from integration.zoom.kept_events import KEPT_EVENTS

LEDGER = ("event", "zoom_account_id", "disposition", "reason", "body")
NOT_JSON = "the body is not JSON that can be read"
NOT_AN_OBJECT = "the body is JSON but not an object"
NO_EVENT = "the body has no event name"
NOT_KEPT = "the event is not one that is kept"


def event_body(event: str = "meeting.started", **payload: Any) -> bytes:
    return json.dumps({"event": event, "event_ts": 1, "payload": payload}).encode()


def challenge_body(plain_token: object) -> bytes:
    return event_body("endpoint.url_validation", plainToken=plain_token)


def waiting(
    body: bytes, *, account: str | None = None, event: str = "meeting.started"
) -> dict[str, Any]:
    return dict(zip(LEDGER, (event, account, "waiting", None, body), strict=True))


def test_a_kept_event_is_stored_byte_for_byte_and_waits(receiver: Any) -> None:
    body = b'{ "payload":{"account_id":"acc-1"},\r\n "event":"meeting.started" }'
    answer = receiver.post(body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert receiver.deliveries(*LEDGER, "body_size", "body_sha256") == [
        waiting(body, account="acc-1")
        | {"body_size": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}
    ]


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
    ({"account_id": "nul\0and half\ud83dpairs"}, "nuland halfpairs"),
    ({"account_id": "\0"}, None),
    ({"account_id": "\U0001f680" * 5000}, "\U0001f680" * 200),  # an index row could not hold it
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


def test_what_cannot_be_read_is_quarantined_without_its_body(receiver: Any) -> None:
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


def test_an_event_that_is_not_kept_is_counted_and_its_body_is_stored_nowhere(receiver: Any) -> None:
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
def test_bytes_that_are_not_ascii_are_verified_and_stored_as_they_came(
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


def test_a_delivery_from_two_hours_ago_is_accepted(receiver: Any) -> None:
    body = event_body()
    assert receiver.post(body, headers=receiver.signed(body, age=7200)).status_code == 204


def missing(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda headers: {k: v for k, v in headers.items() if k not in names}


# What is signed how, and what is then done to the headers.
REFUSED: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "no signature": ({}, missing("x-zm-signature")),
    "no timestamp": ({}, missing("x-zm-request-timestamp")),
    "neither": ({}, missing("x-zm-signature", "x-zm-request-timestamp")),
    "wrong": ({}, lambda headers: headers | {"x-zm-signature": "v0=" + "0" * 64}),
    "empty": ({}, lambda headers: headers | {"x-zm-signature": ""}),
    "not ASCII": ({}, lambda headers: headers | {"x-zm-signature": b"v0=\xe9\xff"}),
    "retired secret": ({"secret": "a-retired-secret"}, dict),
    "empty secret": ({"secret": ""}, dict),
    "over three hours old": ({"age": 3 * 3600 + 60}, dict),
    "six minutes ahead": ({"age": -360}, dict),
    "1970": ({"timestamp": "0"}, dict),
    "the year 5138": ({"timestamp": "99999999999"}, dict),
    "5000 digits": ({"timestamp": "9" * 5000}, dict),
    "a word": ({"timestamp": "soon"}, dict),
    "negative": ({"timestamp": "-1"}, dict),
    "exponent": ({"timestamp": "1e9"}, dict),
    "superscripts": ({"timestamp": "²³"}, dict),
    "digits of another script": ({"timestamp": "\u0661\u0662"}, dict),
}


@pytest.mark.parametrize(
    "body", [event_body(), challenge_body("token")], ids=["event", "challenge"]
)
def test_what_is_not_signed_now_by_a_live_secret_is_refused_and_stored_nowhere(
    receiver: Any, body: bytes
) -> None:
    answers = {
        name: receiver.post(body, headers=change(receiver.signed(body, **signing)))
        for name, (signing, change) in REFUSED.items()
    }
    seen = {name: (answer.status_code, answer.content) for name, answer in answers.items()}
    assert (seen, receiver.deliveries()) == (dict.fromkeys(REFUSED, (401, b"")), [])


def test_refusals_are_counted_by_reason(receiver: Any) -> None:
    body = event_body()
    receiver.post(body, headers={})
    receiver.post(body, headers=receiver.signed(body, age=4 * 3600))
    receiver.post(body, headers=receiver.signed(body, age=-600))
    receiver.post(b"a" * (1 << 20) + b"a")
    counted = {
        reason: receiver.metric(f'zoom_deliveries_refused_total{{reason="{reason}"}}')
        for reason in ("signature", "stale", "too_large")
    }
    assert counted == {"signature": 1, "stale": 2, "too_large": 1}


def test_the_log_of_a_refusal_is_its_reason_and_nothing_else(
    receiver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="integration"):
        receiver.post(
            event_body(topic="a-secret-topic"), headers={"x-zm-signature": "a-secret-header"}
        )
        receiver.post(event_body(topic="a-secret-topic"))
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("integration")]
    assert ours == ["delivery refused: signature"]


@pytest.mark.parametrize("secret", ["newer_secret", "older_secret"])
def test_the_challenge_is_answered_with_the_secret_that_signed_it(
    receiver: Any, secret: str
) -> None:
    key = getattr(receiver, secret)
    body = challenge_body("aToken-_22")
    answer = receiver.post(body, headers=receiver.signed(body, secret=key))
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "plainToken": "aToken-_22",
            "encryptedToken": hmac.new(key.encode(), b"aToken-_22", hashlib.sha256).hexdigest(),
        },
    )


def test_the_challenge_is_not_a_delivery(receiver: Any) -> None:
    receiver.post(challenge_body("token"))
    receiver.post(challenge_body("not a token"))
    assert receiver.deliveries() == []


REFUSED_CHALLENGES = {
    "a forged delivery": challenge_body('v0:1767225600:{"event":"app_deauthorized"}'),
    "too long": challenge_body("x" * 65),
    "line end": challenge_body("token\n"),
    "not ASCII": challenge_body("t\u00f6ken"),
    "number": challenge_body(7),
    "null": challenge_body(None),
    "no payload": b'{"event":"endpoint.url_validation"}',
    "payload is a list": b'{"event":"endpoint.url_validation","payload":[]}',
}


def test_a_challenge_that_is_not_a_short_token_is_not_signed(receiver: Any) -> None:
    answers = {name: receiver.post(body) for name, body in REFUSED_CHALLENGES.items()}
    seen = {name: (answer.status_code, answer.content) for name, answer in answers.items()}
    assert seen == dict.fromkeys(REFUSED_CHALLENGES, (400, b""))


def test_only_post_is_allowed(receiver: Any) -> None:
    methods = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
    answers = {
        method: receiver.http.request(
            method, receiver.base + "/webhooks/zoom", timeout=10
        ).status_code
        for method in methods
    }
    assert answers == dict.fromkeys(methods, 405)


def padded(size: int) -> bytes:
    start, end = b'{"event":"meeting.started","pad":"', b'"}'
    return start + b"a" * (size - len(start) - len(end)) + end


def test_a_body_of_exactly_one_mebibyte_is_stored(receiver: Any) -> None:
    body = padded(1 << 20)
    assert receiver.post(body).status_code == 204
    assert receiver.deliveries("body_size") == [{"body_size": 1 << 20}]


def test_a_body_of_one_byte_more_is_refused(receiver: Any) -> None:
    assert receiver.post(padded((1 << 20) + 1)).status_code == 413
    assert receiver.deliveries() == []


def test_a_large_body_without_a_length_is_refused_while_it_arrives(receiver: Any) -> None:
    body = padded(2 << 20)
    chunks = (body[start : start + 65536] for start in range(0, len(body), 65536))
    answer = receiver.post(chunks, headers=receiver.signed(body))
    assert (answer.status_code, receiver.deliveries()) == (413, [])


def test_a_chunked_body_within_the_limit_is_stored(receiver: Any) -> None:
    body = padded(200_000)
    chunks = (body[start : start + 4096] for start in range(0, len(body), 4096))
    answer = receiver.post(chunks, headers=receiver.signed(body))
    assert (answer.status_code, receiver.deliveries(*LEDGER)) == (204, [waiting(body)])


def test_a_declared_length_over_the_limit_is_refused_before_the_body_comes(receiver: Any) -> None:
    address = receiver.base.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=5) as connection:
        connection.sendall(
            b"POST /webhooks/zoom HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n{"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_sender_that_goes_away_in_the_middle_leaves_nothing(receiver: Any) -> None:
    body = event_body()
    address = receiver.base.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=5) as connection:
        connection.sendall(
            b"POST /webhooks/zoom HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" + body
        )
    assert receiver.post(body).status_code == 204
    assert receiver.deliveries(*LEDGER) == [waiting(body)]


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


def test_no_signed_body_whatsoever_gives_a_server_error(receiver: Any) -> None:
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


def test_a_delivery_that_cannot_be_inserted_is_to_be_sent_again(receiver: Any) -> None:
    with psycopg.connect(receiver.database_url) as owner:
        owner.execute("revoke insert on ingress.deliveries from receiver")
        owner.commit()
        assert receiver.post(event_body()).status_code == 503
    assert receiver.metric("zoom_deliveries_unavailable_total") == 1


def test_a_table_that_stays_locked_gives_a_503_before_zoom_gives_up(receiver: Any) -> None:
    with psycopg.connect(receiver.database_url) as other:
        other.execute("lock table ingress.deliveries in access exclusive mode")
        begun = time.monotonic()
        assert receiver.post(event_body()).status_code == 503
        assert time.monotonic() - begun < 3
    assert receiver.post(event_body()).status_code == 204


def test_a_server_that_hangs_gives_a_503_before_zoom_gives_up(receiver: Any) -> None:
    """A disk that stalls: the server keeps none of its own time limits then."""
    assert receiver.post(event_body()).status_code == 204
    with psycopg.connect(receiver.database_url) as other:
        found = other.execute(
            "select pid from pg_stat_activity where backend_type = 'client backend' "
            "and datname = current_database() and pid <> pg_backend_pid()"
        ).fetchall()
    try:
        for (pid,) in found:
            os.kill(pid, signal.SIGSTOP)
        begun = time.monotonic()
        assert receiver.post(event_body()).status_code == 503
        assert time.monotonic() - begun < 3
    finally:
        for (pid,) in found:
            os.kill(pid, signal.SIGCONT)
    assert receiver.post(event_body()).status_code == 204


def test_connections_that_died_while_idle_cost_no_delivery(receiver: Any) -> None:
    """After a restart of the database the pool is full of dead connections."""
    with ThreadPoolExecutor(16) as senders:
        list(senders.map(lambda _: receiver.post(event_body()), range(100)))
    with psycopg.connect(receiver.database_url) as other:
        ended = other.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()[0]
    assert ended >= 2
    assert [receiver.post(event_body()).status_code for _ in range(20)] == [204] * 20


def test_while_the_database_is_away_zoom_is_told_to_try_again(
    tmp_path: Path, start_receiver: Callable[[str], Any]
) -> None:
    home = Settings(home=tmp_path / "home", values={})
    url = database_url(home)
    try:
        migrate(url)
        receiver = start_receiver(url)
        assert receiver.post(event_body()).status_code == 204

        stop_embedded(home)
        begun = time.monotonic()
        assert receiver.post(event_body()).status_code == 503
        assert time.monotonic() - begun < 3
        assert (receiver.get("/readyz").status_code, receiver.get("/healthz").status_code) == (
            503,
            200,
        )

        assert database_url(home) == url
        deadline = time.monotonic() + 10
        while receiver.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
        assert receiver.post(event_body()).status_code == 204
        assert receiver.deliveries(*LEDGER) == [waiting(event_body())] * 2
    finally:
        stop_embedded(home)


def test_the_app_starts_without_a_database(start_receiver: Callable[[str], Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody_there = taken.getsockname()[1]
    receiver = start_receiver(f"postgresql://nobody@127.0.0.1:{nobody_there}/nothing")
    begun = time.monotonic()
    statuses = (receiver.post(event_body()).status_code, receiver.get("/healthz").status_code)
    assert (statuses, time.monotonic() - begun < 3) == ((503, 200), True)


def test_what_is_refused_needs_no_database(start_receiver: Callable[[str], Any]) -> None:
    receiver = start_receiver("postgresql://nobody@127.0.0.1:1/nothing")
    body = challenge_body("token")
    answers = [
        receiver.post(body),
        receiver.post(body, headers={}),
        receiver.post(b"a" * (2 << 20)),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 413]


def test_commits_wait_for_the_disk_whatever_the_default(
    database_url: str, start_receiver: Callable[[str], Any]
) -> None:
    # Seen from inside the insert, in the row's own reason.
    with psycopg.connect(database_url) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("alter database {} set synchronous_commit = off").format(name))
        owner.execute(
            "create function ingress.note() returns trigger language plpgsql as "
            "$$begin new.reason = current_setting('synchronous_commit'); return new; end$$"
        )
        owner.execute(
            "create trigger note before insert on ingress.deliveries for each row "
            "execute function ingress.note()"
        )
    receiver = start_receiver(database_url)
    assert receiver.post(event_body()).status_code == 204
    assert receiver.deliveries("reason") == [{"reason": "on"}]


@pytest.mark.parametrize("secrets", ["", "change-me", " , ", "a-real-one,change-me"])
def test_without_a_secret_there_is_no_app(tmp_path: Path, secrets: str) -> None:
    settings = Settings(home=tmp_path, values={"ZOOM_WEBHOOK_SECRET_TOKEN": secrets})
    with pytest.raises(SettingsError, match="ZOOM_WEBHOOK_SECRET_TOKEN"):
        create_app(settings, "postgresql://nobody@127.0.0.1:1/nothing")
