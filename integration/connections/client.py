"""Builds a connection's Zoom client from its stored tokens, which it renews when needed."""

import threading
import time
from datetime import UTC, datetime

from integration.connections import tokens
from integration.database.role_names import Role
from integration.settings import Settings
from integration.zoom import oauth
from integration.zoom.client import AT_ANY_TIME, Pace, TokenSource, ZoomClient
from integration.zoom.errors import ZoomError
from integration.zoom.timed_answers import NO_DEADLINE

# A stored token is looked up again after this time, not for each of thousands of pages. Every token
# that is handed out is valid for longer (tokens.MINIMUM_LIFETIME).
KEPT_SECONDS = 30.0


def zoom_client(
    settings: Settings,
    url: str,
    *,
    connection_id: str,
    zoom_account_id: str,
    role: Role = "pipeline",
    ends_at: float = NO_DEADLINE,
    pace: Pace = AT_ANY_TIME,
) -> ZoomClient:
    """A client for one connection, usable until `ends_at`, a time of the monotonic clock. Its
    requests raise PermanentZoomError when the tokens can no longer be read or renewed.
    """
    token = token_source(
        settings, url, connection_id=connection_id, zoom_account_id=zoom_account_id, role=role
    )
    return ZoomClient(settings.api_url, token, ends_at=ends_at, pace=pace)


def token_source(
    settings: Settings,
    url: str,
    *,
    connection_id: str,
    zoom_account_id: str,
    role: Role = "pipeline",
) -> TokenSource:
    """The access tokens of one connection, for a client that several threads may use. What is
    stored is looked up if Zoom rejected the token, and at least every KEPT_SECONDS.
    """
    app = {
        "client_id": settings.require("ZOOM_CLIENT_ID"),
        "client_secret": settings.require("ZOOM_CLIENT_SECRET"),
    }

    def renew(grant_type: tokens.GrantType, refresh_token: str | None) -> oauth.Grant:
        now = datetime.now(UTC)
        if grant_type == "account_credentials":
            return oauth.account_credentials(
                settings.oauth_url, **app, account_id=zoom_account_id, now=now
            )
        return oauth.refresh(settings.oauth_url, **app, refresh_token=refresh_token or "", now=now)

    lock = threading.Lock()
    kept, looked_up_at = "", 0.0

    def token(rejected: str | None) -> str:
        nonlocal kept, looked_up_at
        with lock:
            is_recent = time.monotonic() < looked_up_at + KEPT_SECONDS
            if not kept or kept == rejected or not is_recent:
                kept, _ = tokens.access_token(
                    url,
                    connection_id,
                    keys=settings.encryption_keys,
                    renew=renew,
                    now=datetime.now(UTC),
                    rejected=rejected,
                    role=role,
                )
                looked_up_at = time.monotonic()
            return kept

    return token


def revoke_grant(settings: Settings, token: str) -> bool:
    """Revokes a grant at Zoom; returns whether Zoom has ended it. An admin of the account can still
    remove the app in the Zoom Marketplace.
    """
    try:
        oauth.revoke(
            settings.oauth_url,
            client_id=settings.require("ZOOM_CLIENT_ID"),
            client_secret=settings.require("ZOOM_CLIENT_SECRET"),
            token=token,
            now=datetime.now(UTC),
        )
    except ZoomError:
        return False
    return True
