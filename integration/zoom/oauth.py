"""Zoom's OAuth: the authorization URL, and grants for a code, a refresh token or a secret.

Each function sends one request; `now` is the time before it. They must not know where grants are
stored or who renews them.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from integration.zoom.client import retry_time
from integration.zoom.errors import oauth_error, rate_limited, unreadable_answer
from integration.zoom.http import Answer, send, zoom_session

ACCESS_TOKEN_SECONDS = 3600  # Zoom's documented lifetime, if the response has no readable one
PAUSE_SECONDS = 60  # after a 429 that names no time
SENDABLE = r"[\x21-\x7e]{1,16384}"


@dataclass(frozen=True)
class Grant:
    """Access to one Zoom account. `expires_at` is UTC; Server-to-Server has no refresh token.

    `api_url` is an https address of Zoom; None means the address in the settings.
    """

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
    """The URL for the admin's browser; `code_verifier` is 43 to 128 random URL-safe characters.

    It contains no `scope`: the app's configuration decides, and Zoom rejects a different list.
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
    """The grant for a code from the redirect; a code works once and expires after 5 minutes."""
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
    """A new grant with a new refresh token; the old refresh token becomes invalid."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _grant(oauth_url, form, client_id=client_id, client_secret=client_secret, now=now)


def account_credentials(
    oauth_url: str, *, client_id: str, client_secret: str, account_id: str, now: datetime
) -> Grant:
    """A Server-to-Server grant for the account that owns the app; request a new one on expiry."""
    form = {"grant_type": "account_credentials", "account_id": account_id}
    return _grant(oauth_url, form, client_id=client_id, client_secret=client_secret, now=now)


def client_credentials(
    oauth_url: str, *, client_id: str, client_secret: str, now: datetime
) -> Grant:
    """A grant for the app itself, not for an account. Server-to-Server apps have none: they use
    `account_credentials`.
    """
    form = {"grant_type": "client_credentials"}
    return _grant(oauth_url, form, client_id=client_id, client_secret=client_secret, now=now)


def revoke(
    oauth_url: str, *, client_id: str, client_secret: str, token: str, now: datetime
) -> None:
    """Revokes a grant at Zoom; PermanentZoomError when Zoom no longer knows the token."""
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
    answer = _post(url, form, client_id=client_id, client_secret=client_secret, now=now)
    body = answer.body
    if isinstance(body, dict) and body.get("error"):  # Zoom sends some errors with a 200
        raise oauth_error(400, body)
    # A token must be usable as a header.
    if not isinstance(body, dict) or not re.fullmatch(SENDABLE, _text(body, "access_token")):
        raise unreadable_answer(answer.status)
    # No other field is required: the old refresh token is used up, so a failure here loses both.
    return Grant(
        access_token=_text(body, "access_token"),
        refresh_token=_text(body, "refresh_token") or None,
        expires_at=now + timedelta(seconds=_lifetime(body.get("expires_in"))),
        api_url=_zoom_address(_text(body, "api_url")),
        scope=_text(body, "scope"),
    )


def _post(
    url: str, form: Mapping[str, str], *, client_id: str, client_secret: str, now: datetime
) -> Answer:
    """The response if it is a 2xx; raises the error for any other."""
    with zoom_session() as session:
        answer = send(session, "POST", url=url, auth=(client_id, client_secret), form=form)
    if answer.status == 429:
        pause = now + timedelta(seconds=PAUSE_SECONDS)
        raise rate_limited(retry_at=retry_time(answer.headers, now=now) or pause, now=now)
    if not answer.is_success:
        raise oauth_error(answer.status, answer.body)
    return answer


def _text(body: Mapping[str, Any], name: str) -> str:
    """The text of a field; empty when it is not a text or cannot be sent and stored."""
    value = body.get(name)
    if not isinstance(value, str) or not re.fullmatch(r"[^\x00\ud800-\udfff]*", value):
        return ""
    return value.strip()


def _zoom_address(text: str) -> str | None:
    """The address if it is an https address of Zoom, else None: tokens are sent nowhere else."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    is_zooms = host == "zoom.us" or re.fullmatch(r"([a-z0-9-]+\.)+zoom\.us", host)
    is_plain = port in (None, 443) and "@" not in parts.netloc and parts.path in ("", "/")
    if parts.scheme != "https" or not is_zooms or not is_plain:
        return None
    return f"https://{host}"


def _lifetime(value: Any) -> int:
    """In seconds. Zoom sends 3600 or 3599, as a number or a text."""
    is_number = isinstance(value, int | str) and re.fullmatch(r"[0-9]{1,8}", str(value))
    return int(value) if is_number else ACCESS_TOKEN_SECONDS
