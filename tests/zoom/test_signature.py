"""The signature and the URL validation. Expected values are not computed by the tested code."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from integration.zoom.signature import WebhookSecret, is_timely, verifying_secret
from integration.zoom.url_validation import validation_answer

BODY = b'{"event":"meeting.started","payload":{"account_id":"made-up"}}'
TIMESTAMP = "1767225600"
NOW = datetime(2026, 1, 1, tzinfo=UTC)  # the same moment
NAMES = ("newest", "middle", "oldest")
SECRETS = tuple(WebhookSecret(name) for name in NAMES)


def hmac_hex(secret: str, message: bytes) -> str:
    """HMAC-SHA256, computed from its definition."""
    key = secret.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + message).digest()
    return hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).hexdigest()


def signature_of(body: bytes, *, secret: str, timestamp: str = TIMESTAMP) -> str:
    return "v0=" + hmac_hex(secret, f"v0:{timestamp}:".encode() + body)


def test_a_signature_known_from_elsewhere_verifies() -> None:
    # printf 'v0:1767225600:{}' | openssl dgst -sha256 -hmac made-up-secret
    signature = "v0=02299122a4632f9ded22aba900473f44fc4983d9d5de7d6e3dc5992ce094733d"
    assert verifying_secret(
        b"{}",
        timestamp=TIMESTAMP,
        signature=signature,
        secrets=[WebhookSecret("made-up-secret")],
    ) == WebhookSecret("made-up-secret")


@pytest.mark.parametrize("secret", SECRETS)
def test_each_live_secret_verifies_and_is_named(secret: WebhookSecret) -> None:
    signature = signature_of(BODY, secret=secret.token)
    assert (
        verifying_secret(BODY, timestamp=TIMESTAMP, signature=signature, secrets=SECRETS) == secret
    )


def test_a_retired_secret_verifies_nothing() -> None:
    signature = signature_of(BODY, secret="retired")
    assert verifying_secret(BODY, timestamp=TIMESTAMP, signature=signature, secrets=SECRETS) is None


def test_without_secrets_nothing_verifies() -> None:
    signature = signature_of(BODY, secret="")
    assert verifying_secret(BODY, timestamp=TIMESTAMP, signature=signature, secrets=()) is None


def test_every_secret_is_tried_even_after_one_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    # Patched to count the comparisons, because their number must not depend on the secret.
    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or compare(a, b))
    verifying_secret(
        BODY, timestamp=TIMESTAMP, signature=signature_of(BODY, secret="newest"), secrets=SECRETS
    )
    assert compared == [signature_of(BODY, secret=secret) for secret in NAMES]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(
            b'{"topic":"\\uD83D\\uDE80 caf\xc3\xa9 \xe2\x80\x93 na\\u00efve"}',
            id="escapes and raw UTF-8",
        ),
        pytest.param(b"\xff\xfe\x00\xed\xa0\x80", id="not UTF-8"),
        pytest.param(b'{ "b":1,\r\n"a":2 }', id="spaces and order"),
    ],
)
def test_the_signature_is_over_the_raw_bytes(body: bytes) -> None:
    signature = signature_of(body, secret="newest")
    assert (
        verifying_secret(body, timestamp=TIMESTAMP, signature=signature, secrets=SECRETS)
        == SECRETS[0]
    )


@pytest.mark.parametrize("changed", [BODY + b" ", BODY[:-1], BODY.replace(b"started", b"ended")])
def test_a_changed_body_does_not_verify(changed: bytes) -> None:
    signature = signature_of(BODY, secret="newest")
    assert (
        verifying_secret(changed, timestamp=TIMESTAMP, signature=signature, secrets=SECRETS) is None
    )


def test_the_timestamp_is_part_of_what_is_signed() -> None:
    signature = signature_of(BODY, secret="newest")
    assert (
        verifying_secret(BODY, timestamp="1767225601", signature=signature, secrets=SECRETS) is None
    )


GOOD = signature_of(BODY, secret="newest")


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        GOOD.removeprefix("v0="),
        GOOD.replace("v0=", "v1="),
        GOOD.upper(),
        GOOD + "\n",
        GOOD + "0",
        GOOD[:-1],
        "v0=" + "é" * 64,
        "v0=" + "\u0661" * 64,  # digits of another script
    ],
)
def test_a_signature_of_another_shape_is_refused(signature: str | None) -> None:
    assert verifying_secret(BODY, timestamp=TIMESTAMP, signature=signature, secrets=SECRETS) is None


@pytest.mark.parametrize(
    "timestamp",
    [None, "", "-5", "+1767225600", "1767225600.0", "17672 25600", "1e9", "1_767_225_600", "0x69",
     "now", "²", "\u0661\u0662", "1767225600\n", " 1767225600", "9" * 12, "1" * 5000],
)  # fmt: skip
def test_a_timestamp_that_is_not_plain_digits_is_refused_even_when_signed(
    timestamp: str | None,
) -> None:
    signature = signature_of(BODY, secret="newest", timestamp=timestamp or "")
    assert verifying_secret(BODY, timestamp=timestamp, signature=signature, secrets=SECRETS) is None


@pytest.mark.parametrize(
    ("age", "timely"),
    [
        (timedelta(0), True),
        (timedelta(minutes=85), True),  # Zoom's last try
        (timedelta(hours=3), True),
        (timedelta(hours=3, seconds=1), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
        (timedelta(days=20000), False),
    ],
)
def test_a_timestamp_is_timely_from_three_hours_ago_to_five_minutes_ahead(
    age: timedelta, *, timely: bool
) -> None:
    assert is_timely(TIMESTAMP, now=NOW + age) is timely


@pytest.mark.parametrize("timestamp", ["0", "99999999999"])
def test_the_greatest_and_the_smallest_timestamp_are_merely_untimely(timestamp: str) -> None:
    assert is_timely(timestamp, now=NOW) is False


@pytest.mark.parametrize("token", ["a", "A-Za_z-09", "x" * 64])
def test_a_url_validation_is_answered_with_the_hmac_of_its_token(token: str) -> None:
    assert validation_answer(token, secret="middle") == {
        "plainToken": token,
        "encryptedToken": hmac_hex("middle", token.encode()),
    }


@pytest.mark.parametrize(
    "token",
    [None, 7, True, [], {}, "", "x" * 65, "a b", "abc\n", "é", "\u0661", "v0:1:",
     'v0:1767225600:{"event":"x"}'],
)  # fmt: skip
def test_a_token_that_is_too_long_or_could_be_a_signed_message_is_not_signed(token: object) -> None:
    assert validation_answer(token, secret="middle") is None
