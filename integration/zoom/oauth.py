"""Zoom's OAuth: where to send an admin, and grants of access for a code, a token or a secret.

Plain functions, one request each; `now` is the time before it. Where grants are kept and who renews
them is not known here.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from integration.zoom.client import json_body, retry_time, send, zoom_session
from integration.zoom.errors import oauth_error, rate_limited, unreadable_answer

ACCESS_TOKEN_SECONDS = 3600  # Zoom's documented lifetime, for an answer without a readable one
PAUSE_SECONDS = 60  # after a 429 that names no time


@dataclass(frozen=True)
class Grant:
    """Access to one Zoom account. `expires_at` is UTC; Server-to-Server has no refresh token."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime
    api_url: str | None
    scope: str


def authorize_url(
    oauth_url: str,
    *,
    client_id: str,
    redirect_uri: str,
    state: str,
    code_verifier: str,
) -> str:
    """Where the admin's browser goes; `code_verifier` is 43 to 128 random url-safe characters.

    No `scope` is sent: the app's own configuration decides, and a list that differs fails at Zoom.
    """
    digest = hashlib.sha256(code_verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{oauth_url.rstrip('/')}/oauth/authorize?{urlencode(query)}"


def exchange_code(
    oauth_url: str,
    *,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str,
    code_verifier: str,
    now: datetime,
) -> Grant:
    """The grant behind a code from the redirect; a code works once and for 5 minutes."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    return _grant(oauth_url, form, client_id=client_id, client_secret=client_secret, now=now)


def refresh(
    oauth_url: str, *, client_id: str, client_secret: str, refresh_token: str, now: datetime
) -> Grant:
    """A new grant, with a new refresh token: the one given is worth nothing afterwards."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _grant(oauth_url, form, client_id=client_id, client_secret=client_secret, now=now)


def account_credentials(
    oauth_url: str, *, client_id: str, client_secret: str, account_id: str, now: datetime
) -> Grant:
    """Server-to-Server: access to the account that owns the app; ask again when it expires."""
    form = {"grant_type": "account_credentials", "account_id": account_id}
    return _grant(oauth_url, form, client_id=client_id, client_secret=client_secret, now=now)


def revoke(
    oauth_url: str, *, client_id: str, client_secret: str, token: str, now: datetime
) -> None:
    """Ends a grant at Zoom; PermanentZoomError when Zoom no longer knows the token."""
    _post(
        f"{oauth_url.rstrip('/')}/oauth/revoke",
        {"token": token},
        client_id=client_id,
        client_secret=client_secret,
        now=now,
    )


def _grant(
    oauth_url: str,
    form: Mapping[str, str],
    *,
    client_id: str,
    client_secret: str,
    now: datetime,
) -> Grant:
    url = f"{oauth_url.rstrip('/')}/oauth/token"
    response = _post(url, form, client_id=client_id, client_secret=client_secret, now=now)
    body = json_body(response)
    if not isinstance(body, dict) or not _text(body, "access_token"):
        raise unreadable_answer(response.status_code)
    # Nothing else is insisted upon: the old refresh token is spent, so a failure here loses both.
    return Grant(
        access_token=_text(body, "access_token"),
        refresh_token=_text(body, "refresh_token") or None,
        expires_at=now + timedelta(seconds=_lifetime(body.get("expires_in"))),
        api_url=_text(body, "api_url").rstrip("/") or None,
        scope=_text(body, "scope"),
    )


def _post(
    url: str, form: Mapping[str, str], *, client_id: str, client_secret: str, now: datetime
) -> requests.Response:
    """A 2xx answer, or the error it means."""
    with zoom_session() as session:
        response = send(session, "POST", url=url, auth=(client_id, client_secret), form=form)
    if response.status_code == 429:
        pause = now + timedelta(seconds=PAUSE_SECONDS)
        raise rate_limited(retry_at=retry_time(response.headers, now=now) or pause)
    if not response.ok:
        raise oauth_error(response.status_code, json_body(response))
    return response


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value.strip() if isinstance(value, str) else ""


def _lifetime(value: Any) -> int:
    """Seconds; Zoom says 3600 or 3599, as a number or as text."""
    is_readable = re.fullmatch(r"[0-9]{1,8}", str(value))
    return int(value) if is_readable else ACCESS_TOKEN_SECONDS
