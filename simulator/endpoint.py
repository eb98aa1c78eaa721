"""Zoom's challenge to a webhook address: the HMAC of a token is the answer that opens it."""

from __future__ import annotations

import json
import secrets
import time

import requests

from simulator.sender import ANSWER_WITHIN_SECONDS
from simulator.signature import digest, headers

_PAUSE_SECONDS = 0.25


class EndpointRefusedError(Exception):
    """The webhook address did not pass the challenge; the message says how it failed."""


def validate(url: str, *, secret: str, patience_seconds: float) -> None:
    """Challenge the address; wait up to `patience_seconds` while nobody listens there yet."""
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            return _challenge(url, secret)
        except (requests.ConnectionError, requests.Timeout) as error:
            if time.monotonic() >= give_up_at:
                raise EndpointRefusedError(f"nobody answers at {url}") from error
            time.sleep(_PAUSE_SECONDS)


def _challenge(url: str, secret: str) -> None:
    token = secrets.token_urlsafe(16)
    now = time.time()
    body = json.dumps(
        {
            "payload": {"plainToken": token},
            "event_ts": int(now * 1000),
            "event": "endpoint.url_validation",
        }
    ).encode()
    with requests.Session() as session:
        session.trust_env = False
        response = session.post(
            url,
            data=body,
            headers=headers(body, secret=secret, timestamp=int(now)),
            timeout=ANSWER_WITHIN_SECONDS,
            allow_redirects=False,
        )
    if response.status_code in (502, 503, 504):  # there, but not ready
        raise requests.ConnectionError(f"{url} answered {response.status_code}")
    if response.status_code != 200:
        status = response.status_code
        raise EndpointRefusedError(f"{url} answered {status} to the challenge, not 200")
    try:
        answer = response.json()
    except requests.exceptions.JSONDecodeError as error:
        raise EndpointRefusedError(f"{url} answered the challenge without JSON") from error
    if answer != {"plainToken": token, "encryptedToken": digest(token.encode(), secret=secret)}:
        raise EndpointRefusedError(f"{url} answered with another token: other secret?")
