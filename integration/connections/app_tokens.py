"""The access tokens for what concerns the app itself: its event subscription, and Zoom's log of its
webhooks.
"""

import threading
from datetime import UTC, datetime

from integration.database import rows
from integration.database.postgres import transaction
from integration.settings import Settings
from integration.zoom import oauth
from integration.zoom.client import TokenSource
from integration.zoom.errors import ZoomError


class AppToken:
    """The app's own access token, requested when the first account needs it, and again if Zoom has
    rejected it. If a request fails, it fails for all accounts.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._token: str | ZoomError | None = None

    def __call__(self, rejected: str | None = None) -> str:
        with self._lock:
            if self._token is None or self._token == rejected:
                self._token = self._requested()
            if isinstance(self._token, ZoomError):
                raise self._token
            return self._token

    def _requested(self) -> str | ZoomError:
        try:
            return oauth.client_credentials(
                self._settings.oauth_url,
                client_id=self._settings.require("ZOOM_CLIENT_ID"),
                client_secret=self._settings.require("ZOOM_CLIENT_SECRET"),
                now=datetime.now(UTC),
            ).access_token
        except ZoomError as error:
            return error


def token_for_app(
    url: str, connection_id: str, *, own: TokenSource, app_token: AppToken
) -> TokenSource:
    """With which tokens to ask about the app: the connection's `own` ones if it is a
    Server-to-Server app, which belongs to one account and has none itself.
    """
    with transaction(url, role="pipeline") as connection:
        grant_type = rows.maybe_scalar(
            connection,
            str,
            "select grant_type from integration.tokens where connection_id = %s",
            [connection_id],
        )
    return own if grant_type == "account_credentials" else app_token
