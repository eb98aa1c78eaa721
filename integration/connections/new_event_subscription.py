"""Subscribes an account to the events that it needs, for `connect --subscribe`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.types.json import Jsonb

from integration.connections.event_subscriptions import Check, store_check, webhook_url
from integration.settings import Settings
from integration.zoom.client import ZoomClient
from integration.zoom.errors import NoZoomPhone, ZoomError
from integration.zoom.event_subscriptions import (
    EventNotAllowed,
    create_subscription,
    is_same_address,
    read_subscriptions,
)
from integration.zoom.needed_events import feature_of, missing_events

NAME = "WorkSights"
# An app for an account without them cannot have their scopes.
DISPENSABLE = {"webinars", "phone"}


@dataclass(frozen=True)
class NewSubscription:
    """`created`: the events of the new subscription, empty if none was needed. `is_in_marketplace`:
    there is one from the app's page in the Zoom Marketplace, which lacks the events
    `in_marketplace`.
    `left_out`: the features whose events Zoom does not allow, with the first such event.
    """

    created: list[str] = field(default_factory=list)
    is_in_marketplace: bool = False
    in_marketplace: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def subscribe(
    settings: Settings,
    token: str,
    *,
    zoom_account_id: str,
    user_id: str | None,
    features: Sequence[str],
) -> NewSubscription:
    """Creates a subscription to the events that the features need and that none sends here yet.
    Raises ZoomError.

    A subscription from the app's page in the Zoom Marketplace cannot be changed through the API. It
    is not completed with a second one, because whoever looks at that page would not see it.
    """
    url = webhook_url(settings)
    listed = read_subscriptions(
        settings.api_url, token, account_id=zoom_account_id, user_id=user_id
    )
    here = [one for one in listed if is_same_address(one.url, url)]
    have = frozenset[str]().union(*(one.events for one in here))
    if any(not one.is_ours for one in here):
        return NewSubscription(
            is_in_marketplace=True, in_marketplace=missing_events(have, features)
        )
    left_out: dict[str, str] = {}
    while missing := missing_events(have, [one for one in features if one not in left_out]):
        try:
            create_subscription(
                settings.api_url,
                token,
                account_id=zoom_account_id,
                name=NAME,
                url=url,
                events=missing,
            )
        except EventNotAllowed as error:
            feature = feature_of(error.event) if error.event in missing else None
            if feature not in DISPENSABLE or error.event is None:
                raise
            left_out[feature] = error.event
            continue
        return NewSubscription(created=missing, left_out=left_out)
    return NewSubscription(left_out=left_out)


def has_zoom_phone(client: ZoomClient) -> bool:
    """False only if Zoom says that the account has no Zoom Phone."""
    try:
        next(client.phone_users(), None)
    except NoZoomPhone:
        return False
    except ZoomError:
        pass
    return True


def store_subscription(
    connection: psycopg.Connection, connection_id: str, done: NewSubscription
) -> None:
    """Stores what is now missing, as the next import would find it, and what was left out."""
    store_check(
        connection,
        connection_id,
        Check(done.in_marketplace, is_ours=not done.is_in_marketplace),
    )
    connection.execute(
        "update integration.connections set features_left_out = %s where connection_id = %s",
        [Jsonb(list(done.left_out)), connection_id],
    )
