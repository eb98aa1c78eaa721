"""How a connection's Zoom client is had: stored tokens, renewed when needed by one writer, and the
REST client.
"""

from datetime import UTC, datetime

from integration.connections import tokens
from integration.database.postgres import Role
from integration.settings import Settings
from integration.zoom import oauth
from integration.zoom.client import ZoomClient
from integration.zoom.http import FOR_EVER


def zoom_client(
    settings: Settings,
    url: str,
    *,
    connection_id: str,
    zoom_account_id: str,
    role: Role = "pipeline",
    ends_at: float = FOR_EVER,
) -> ZoomClient:
    """A client that speaks for one connection, until `ends_at` of the monotonic clock.
    PermanentZoomError when its tokens cannot be had any more.
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

    def token(failing: str | None) -> str:
        found, _ = tokens.access_token(
            url,
            connection_id,
            keys=settings.encryption_keys,
            renew=renew,
            now=datetime.now(UTC),
            failing=failing,
            role=role,
        )
        return found

    return ZoomClient(settings.api_url, token, ends_at=ends_at)
