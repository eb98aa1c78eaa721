"""Compares the app's event subscription with the events that each account needs.

Zoom lists the subscriptions of one account at a time. What it says is stored with the connection.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

from integration.connections.app_tokens import AppToken, token_for_app
from integration.connections.client import token_source
from integration.connections.connections import Connection
from integration.connections.reported import Reported, reported
from integration.database.postgres import transaction
from integration.settings import Settings
from integration.zoom.errors import PermanentZoomError
from integration.zoom.event_subscriptions import (
    EventSubscription,
    is_same_address,
    read_subscriptions,
)
from integration.zoom.needed_events import missing_events

logger = logging.getLogger(__name__)

LOCK_TIMEOUT = "2s"
READING_SECONDS = 30.0
# For a token and reading, whatever Zoom does. An import with less time left leaves it out.
NEEDED_SECONDS = 120.0
# If webhooks arrive, they are sent by a subscription that Zoom does not list for this address. Its
# end is noticed as silence.
RECEIVED_LATELY = timedelta(days=7)
# Why it is not known what the subscription lacks, or why it lacks everything, for the page.
NONE_FOUND = "Zoom lists no event subscription that sends to {url}."
NOT_READABLE = (
    "Zoom does not let this app read its event subscriptions. For that, the app needs the "
    "permission marketplace:read:event_subscription."
)
NO_ADDRESS = (
    "It cannot be found, because the import of users knows no address of WorkSights that starts "
    "with https://."
)
NO_TIME = "The last import of users had no time left to check it."


@dataclass(frozen=True)
class Check:
    """What Zoom said about one account: `missing` is None if that is not known. `detail` is why, or
    why everything is missing. `is_ours`: the subscription was created through the API, so it cannot
    be changed in the Zoom Marketplace.
    """

    missing: list[str] | None
    detail: str | None = None
    is_ours: bool = False


def webhook_url(settings: Settings) -> str:
    """The address that a subscription has to have."""
    return f"{settings.public_url}/webhooks/zoom"


def is_public(settings: Settings) -> bool:
    """Whether Zoom can send to the address: it sends to https addresses only."""
    return (settings.get("PUBLIC_URL") or "").startswith("https://")


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
    if user_id is None:
        return
    try:
        with transaction(url, role="pipeline") as connection:
            found = reported(connection, connection_id=account.connection_id)
        for known in found:  # none if the account was disconnected meanwhile
            check = _check(
                settings,
                url,
                replace(known, has_phone=has_phone),
                app_token=app_token,
                user_id=user_id,
                ends_at=ends_at,
            )
            if check is not None:
                with transaction(url, role="pipeline") as connection:
                    connection.execute(
                        "select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT]
                    )
                    store_check(connection, account.connection_id, check)
    # The users of this account have been read, and must be stored whatever happens here.
    except Exception as error:  # noqa: BLE001
        logger.info("event subscription of %s: %s", account.connection_id, type(error).__name__)


def _check(
    settings: Settings,
    url: str,
    account: Reported,
    *,
    app_token: AppToken,
    user_id: str,
    ends_at: float,
) -> Check | None:
    """None if there is no time, and something is known already. Raises TransientZoomError."""
    if not is_public(settings):
        return Check(None, NO_ADDRESS)
    if time.monotonic() + NEEDED_SECONDS >= ends_at:
        return Check(None, NO_TIME) if account.lacks_events is None else None
    own = token_source(
        settings,
        url,
        connection_id=account.connection_id,
        zoom_account_id=account.zoom_account_id,
    )
    token = token_for_app(url, account.connection_id, own=own, app_token=app_token)
    try:
        listed = read_subscriptions(
            settings.api_url,
            token(None),
            account_id=account.zoom_account_id,
            user_id=user_id,
            ends_at=time.monotonic() + READING_SECONDS,
        )
    except PermanentZoomError:
        return Check(None, NOT_READABLE)
    return compared(
        listed,
        account.features,
        url=webhook_url(settings),
        has_received=account.has_received_since(datetime.now(UTC) - RECEIVED_LATELY),
    )


def compared(
    listed: Sequence[EventSubscription], features: Sequence[str], *, url: str, has_received: bool
) -> Check:
    """What the subscriptions that send to `url` lack together. Without any, everything is missing,
    unless webhooks have been received lately.
    """
    here = [one for one in listed if is_same_address(one.url, url)]
    if not here:
        missing = None if has_received else missing_events((), features)
        return Check(missing, NONE_FOUND.format(url=url))
    events = frozenset[str]().union(*(one.events for one in here))
    return Check(missing_events(events, features), is_ours=all(one.is_ours for one in here))


def store_check(connection: psycopg.Connection, connection_id: str, check: Check) -> None:
    connection.execute(
        """
        update integration.connections
        set missing_events = %s, subscription_detail = %s, subscription_is_ours = %s,
            subscription_read_at = now()
        where connection_id = %s and disconnected_at is null
        """,
        [
            None if check.missing is None else Jsonb(check.missing),
            check.detail,
            check.is_ours,
            connection_id,
        ],
    )
