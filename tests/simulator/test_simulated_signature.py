"""The signature, compared with one that is calculated independently."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from simulator.signature import headers, sign


def test_the_signature_is_the_hmac_of_version_timestamp_and_raw_body() -> None:
    body = '{"topic":"Café \\uD83D\\uDE80 – 東京"}'.encode()
    message = b"v0:1772441000:" + body
    expected = "v0=" + hmac.new(b"secret", message, hashlib.sha256).hexdigest()
    assert sign(body, secret="secret", timestamp=1_772_441_000) == expected


@pytest.mark.parametrize("change", [{"body": b"{ }"}, {"secret": "other"}, {"timestamp": 2}])
def test_every_change_of_the_input_changes_the_signature(change: dict[str, object]) -> None:
    given = {"body": b"{}", "secret": "secret", "timestamp": 1}
    changed = {**given, **change}
    assert sign(changed.pop("body"), **changed) != sign(given.pop("body"), **given)


def test_the_request_id_is_sent_only_when_there_is_one() -> None:
    without = headers(b"{}", secret="secret", timestamp=1)
    having = headers(b"{}", secret="secret", timestamp=1, request_id="a_b")
    assert having == {**without, "x-zm-request-id": "a_b"}
