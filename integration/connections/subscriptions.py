"""Compares the app's event subscription with the events that each account needs.

Zoom lists the subscriptions of one account at a time. What it says is stored with the connection.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.types.json import Jsonb

from integration.connections.app_tokens import AppToken, token_for_app
from integration.connections.client import token_source
from integration.connections.connections import Connection
from integration.database import rows
from integration.database.postgres import transaction
from integration.settings import Settings
from integration.zoom.errors import PermanentZoomError
from integration.zoom.features import FEATURES
from integration.zoom.needed_events import missing_events
from integration.zoom.scopes import USERS
from integration.zoom.subscriptions import (
    EventSubscription,
    is_same_address,
    read_subscriptions,
)

logger = logging.getLogger(__name__)

LOCK_TIMEOUT = "2s"
READING_SECONDS = 30.0
# For a token and reading, whatever Zoom does. An import with less time left leaves it out.
NEEDED_SECONDS = 120.0
# Why it is not known what the subscription lacks, for the page.
NONE_FOUND = "Zoom lists no event subscription that sends to {url}."
NOT_READABLE = "Zoom does not let this app read its event subscriptions."


@dataclass(frozen=True)
class Subscribed:
    """What Zoom said about one account: `missing` is None if that is not known, for the reason
    `detail`.
    """

    missing: list[str] | None
    detail: str | None = None


def webhook_url(settings: Settings) -> str:
    """The address that a subscription has to have."""
    return f"{settings.public_url}/webhooks/zoom"


def check_subscription(
    settings: Settings,
    url: str,
    account: Connection,
    *,
    app_token: AppToken,
    user_id: str | None,
    has_phone: bool,
    ends_at: float,
) -> None:
    """Reads what the subscription lacks for an account, and stores it, if the import that ends at
    `ends_at` has the time for it. `user_id` is any user of the account, whom Zoom asks for.

    What cannot be read or stored now stays as it is until the next import.
    """
    has_time = time.monotonic() + NEEDED_SECONDS < ends_at
    if user_id is None or not has_time or not settings.get("PUBLIC_URL"):
        return
    try:
        with transaction(url, role="pipeline") as connection:
            features = features_in_use(connection, account.organization_id, has_phone=has_phone)
        own = token_source(
            settings,
            url,
            connection_id=account.connection_id,
            zoom_account_id=account.zoom_account_id,
        )
        token = token_for_app(url, account.connection_id, own=own, app_token=app_token)
        found = _read(
            settings,
            token(None),
            features,
            account=account,
            user_id=user_id,
        )
        with transaction(url, role="pipeline") as connection:
            connection.execute("select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            store_subscribed(connection, account.connection_id, found)
    # The users of this account have been read, and must be stored whatever happens here.
    except Exception as error:  # noqa: BLE001
        logger.info("event subscription of %s: %s", account.connection_id, type(error).__name__)


def _read(
    settings: Settings,
    token: str,
    features: Sequence[str],
    *,
    account: Connection,
    user_id: str,
) -> Subscribed:
    try:
        listed = read_subscriptions(
            settings.api_url,
            token,
            account_id=account.zoom_account_id,
            user_id=user_id,
            ends_at=time.monotonic() + READING_SECONDS,
        )
    except PermanentZoomError:
        return Subscribed(None, NOT_READABLE)
    return compared(listed, features, url=webhook_url(settings))


def compared(
    listed: Sequence[EventSubscription], features: Sequence[str], *, url: str
) -> Subscribed:
    """What the subscriptions that send to `url` lack together."""
    here = [one for one in listed if is_same_address(one.url, url)]
    if not here:
        return Subscribed(None, NONE_FOUND.format(url=url))
    events = frozenset[str]().union(*(one.events for one in here))
    return Subscribed(missing_events(events, features))


def features_in_use(
    connection: psycopg.Connection, organization_id: str, *, has_phone: bool
) -> list[str]:
    """The features that are on for the organization and that the account has, and users."""
    off = rows.scalars(
        connection,
        str,
        """
        select value from facts.switches_off
        where organization_id = %s and subject = '' and valid @> now()
        """,
        [organization_id],
    )
    is_in_use = {"phone": has_phone}
    return [
        *(one for one in FEATURES if one not in off and is_in_use.get(one, True)),
        USERS,
    ]


def store_subscribed(connection: psycopg.Connection, connection_id: str, found: Subscribed) -> None:
    missing = None if found.missing is None else Jsonb(found.missing)
    connection.execute(
        """
        update integration.connections
        set missing_events = %s, subscription_detail = %s, subscription_read_at = now()
        where connection_id = %s and disconnected_at is null
        """,
        [missing, found.detail, connection_id],
    )
