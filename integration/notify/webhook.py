"""Sends signed webhooks to the host product, by the Standard Webhooks specification.

A receiver recognizes a message by its `webhook-id`, which is the same in every attempt, so one that
was received but not confirmed can be sent again.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from integration.notify.smtp import NotNow, Refused, ServerUnusable
from integration.settings import Settings, SettingsError
from integration.zoom.timed_answers import SessionWithoutRedirects, TimedAdapter, closing_answers

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0  # the second is for the whole answer
PREFIX = "whsec_"
SHORTEST_SECRET, LONGEST_SECRET = 24, 64  # bytes
LOOPBACK = ("localhost", "127.0.0.1", "::1")
GONE = 410  # the receiver wants no more


@dataclass(frozen=True)
class Webhook:
    """The receiver. All keys sign, so that the receiver can change to another one in its time."""

    url: str = field(repr=False)  # may contain a secret
    keys: Sequence[bytes] = field(repr=False)

    @property
    def is_here(self) -> bool:
        return urlsplit(self.url).hostname in LOOPBACK


def webhook(settings: Settings) -> Webhook | None:
    """The receiver, or None if none is set. Raises SettingsError."""
    url = settings.get("NOTIFICATION_WEBHOOK_URL")
    if not url:
        return None
    parts = urlsplit(url)
    if not parts.hostname or (parts.scheme, parts.hostname in LOOPBACK) not in (
        *(("https", is_here) for is_here in (True, False)),
        ("http", True),
    ):
        raise SettingsError(
            "NOTIFICATION_WEBHOOK_URL must start with https:// (http:// for this machine only)."
        )
    written = settings.require("NOTIFICATION_WEBHOOK_SECRET").split(",")
    return Webhook(url, [_key(one.strip()) for one in written if one.strip()])


def _key(written: str) -> bytes:
    try:
        key = base64.b64decode(written.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not written.startswith(PREFIX) or not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise SettingsError(
            f"NOTIFICATION_WEBHOOK_SECRET must be {PREFIX} and {SHORTEST_SECRET} to "
            f"{LONGEST_SECRET} random bytes in base64. Create one with: python -c 'import base64, "
            f'secrets; print("{PREFIX}" + base64.b64encode(secrets.token_bytes(32)).decode())\''
        )
    return key


def signature(keys: Sequence[bytes], number: str, seconds: str, body: bytes) -> str:
    """The value of `webhook-signature`: one signature for each key."""
    signed = f"{number}.{seconds}.".encode() + body
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in digests)


def post(to: Webhook, content: Mapping[str, Any], *, number: str, now: datetime) -> None:
    """Sends one message, or raises an error of `smtp.py`, whose reason names no address."""
    body, seconds = json.dumps(content).encode(), str(int(now.timestamp()))
    try:
        with (
            _session(to) as session,
            closing_answers(),
            session.post(
                to.url,
                data=body,
                headers={
                    "content-type": "application/json",
                    "webhook-id": number,
                    "webhook-timestamp": seconds,
                    "webhook-signature": signature(to.keys, number, seconds, body),
                },
                auth=_without_password,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            status = answer.status_code
    except (requests.Timeout, TimeoutError) as error:
        raise ServerUnusable("The webhook receiver did not answer in time.") from error
    except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        raise ServerUnusable("The webhook receiver cannot be reached.") from error
    if 300 <= status < 400:
        raise NotNow(f"The webhook receiver redirects, and redirects are not followed ({status}).")
    if status == GONE:
        raise Refused(f"The webhook receiver no longer accepts messages ({status}).")
    if not 200 <= status < 300:
        raise NotNow(f"The webhook receiver rejected the message ({status}).")


def _session(to: Webhook) -> requests.Session:
    session = SessionWithoutRedirects()
    session.headers["User-Agent"] = "worksights-zoom"
    session.mount("https://", TimedAdapter())
    session.mount("http://", TimedAdapter())
    session.trust_env = not to.is_here  # whether a proxy is used
    return session


def _without_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Otherwise requests would send a password of the server's .netrc."""
    return request
