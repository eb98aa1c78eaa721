"""What the receiver refuses, and how it answers a challenge."""

import hashlib
import hmac
import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from integration.zoom.endpoint_check import Finding, check_endpoint
from tests.patience import PATIENCE, wait_until
from tests.web.conftest import NEWER_SECRET
from tests.web.deliveries import (
    LEDGER,
    challenge_body,
    event_body,
    waiting,
)


def test_a_delivery_from_two_hours_ago_is_accepted(receiver: Any) -> None:
    body = event_body()
    assert receiver.post(body, headers=receiver.signed(body, age=7200)).status_code == 204


def missing(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda headers: {k: v for k, v in headers.items() if k not in names}


# How the body is signed, and how the headers are then changed.
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
def test_a_body_without_a_current_signature_by_a_live_secret_is_refused_and_not_stored(
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
    assert ours == ["requests rejected since the last line: 1 signature"]


def test_many_refusals_are_logged_in_one_line_a_minute(
    receiver: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="integration"):
        for _ in range(50):
            assert (
                receiver.post(event_body(), headers={"x-zm-signature": "v0=0"}).status_code == 401
            )
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("integration")]
    assert len(ours) <= 2  # a machine may be so slow that a minute goes by
    assert receiver.metric('zoom_deliveries_refused_total{reason="signature"}') == 50


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


def test_the_time_of_a_challenge_is_recorded_unless_the_page_sent_it(receiver: Any) -> None:
    """The page sends the same challenge to check its own address."""
    recorded = "select count(*) from ingress.url_validations"
    found = check_endpoint(
        f"{receiver.base}/webhooks/zoom", secret=NEWER_SECRET, now=datetime.now(UTC)
    )
    assert found.finding is Finding.RECEIVER
    receiver.post(challenge_body("not a token"))
    assert receiver.post(challenge_body("token")).status_code == 200
    with psycopg.connect(receiver.database_url, autocommit=True) as owner:
        wait_until(lambda: owner.execute(recorded).fetchone()[0] > 0)
        assert owner.execute(recorded).fetchone() == (1,)


REFUSED_CHALLENGES = {
    "a forged delivery": challenge_body('v0:1767225600:{"event":"app_deauthorized"}'),
    "too long": challenge_body("x" * 65),
    "line break": challenge_body("token\n"),
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
            method, receiver.base + "/webhooks/zoom", timeout=PATIENCE
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


def test_a_declared_length_over_the_limit_is_refused_before_the_body_arrives(receiver: Any) -> None:
    address = receiver.base.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /webhooks/zoom HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n{"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_sender_that_disconnects_in_the_middle_leaves_nothing(receiver: Any) -> None:
    body = event_body()
    address = receiver.base.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /webhooks/zoom HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" + body
        )
    assert receiver.post(body).status_code == 204
    assert receiver.deliveries(*LEDGER) == [waiting(body)]
