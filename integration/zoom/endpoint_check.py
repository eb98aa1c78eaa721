"""Asks a webhook receiver, at its public address, what Zoom asks when it validates a URL.

It must not know whose address it is, nor how a finding is explained.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import requests
from urllib3.exceptions import HTTPError, NameResolutionError

from integration.zoom.http import zoom_session
from integration.zoom.signature import hmac_hex
from integration.zoom.timed_answers import closing_answers
from integration.zoom.url_validation import validation_answer

SECONDS = 5.0  # to connect, and again for the whole response
LARGEST_ANSWER_BYTES = 4_096


class Finding(Enum):
    """What was found at the address."""

    RECEIVER = auto()  # it knows the secret token
    OTHER_SECRET = auto()  # it does not accept the signature
    NOT_OURS = auto()  # something else answers
    REDIRECT = auto()
    FAILING = auto()
    NO_NAME = auto()
    CERTIFICATE = auto()
    TOO_SLOW = auto()
    UNREACHABLE = auto()


@dataclass(frozen=True)
class Found:
    """`status` is that of the response, None without one."""

    finding: Finding
    status: int | None = None


def check_endpoint(address: str, *, secret: str, now: datetime) -> Found:
    """Sends a signed URL validation, which stores nothing, and follows no redirect."""
    token = secrets.token_urlsafe(16)
    body = json.dumps(
        {"event": "endpoint.url_validation", "payload": {"plainToken": token}}
    ).encode()
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "x-zm-request-timestamp": timestamp,
        "x-zm-signature": f"v0={hmac_hex(secret, b'v0:%b:%b' % (timestamp.encode(), body))}",
    }
    try:
        status, content = _post(address, body, headers)
    except requests.exceptions.SSLError:
        return Found(Finding.CERTIFICATE)
    except requests.exceptions.Timeout:
        return Found(Finding.TOO_SLOW)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        return Found(Finding.NO_NAME if _is_name_unknown(error) else Finding.UNREACHABLE)
    if status == 200 and _parsed(content) == validation_answer(token, secret=secret):
        return Found(Finding.RECEIVER, status)
    if 300 <= status < 400:
        return Found(Finding.REDIRECT, status)
    if status >= 500:
        return Found(Finding.FAILING, status)
    return Found(Finding.OTHER_SECRET if status == 401 else Finding.NOT_OURS, status)


def _post(address: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    with (
        closing_answers(),
        zoom_session() as session,
        session.post(
            address,
            data=body,
            headers=headers,
            timeout=(SECONDS, SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response,
    ):
        return response.status_code, next(response.iter_content(LARGEST_ANSWER_BYTES), b"")


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _is_name_unknown(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NameResolutionError)
