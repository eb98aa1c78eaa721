"""Zoom's validation of a webhook URL: the receiver must return the HMAC of a token."""

from __future__ import annotations

import json
import secrets
import time

import requests

from simulator.sender import ANSWER_WITHIN_SECONDS
from simulator.signature import digest, headers

_PAUSE_SECONDS = 0.25


class EndpointRefusedError(Exception):
    """The webhook URL did not pass the validation; the message says why."""


def validate(url: str, *, secret: str, patience_seconds: float) -> None:
    """Validate the URL; wait up to `patience_seconds` while there is no response yet."""
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            return _challenge(url, secret)
        except (requests.ConnectionError, requests.Timeout) as error:
            if time.monotonic() >= give_up_at:
                raise EndpointRefusedError(
                    f"No response from {url}. Check that the receiver is running."
                ) from error
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
        raise requests.ConnectionError(f"{url} returned {response.status_code}.")
    if response.status_code != 200:
        status = response.status_code
        raise EndpointRefusedError(
            f"{url} returned {status} for the validation request, expected 200."
        )
    try:
        answer = response.json()
    except requests.exceptions.JSONDecodeError as error:
        raise EndpointRefusedError(
            f"{url} did not return JSON for the validation request."
        ) from error
    if answer != {"plainToken": token, "encryptedToken": digest(token.encode(), secret=secret)}:
        raise EndpointRefusedError(
            f"{url} returned the wrong token. Check that both sides use the same secret."
        )
