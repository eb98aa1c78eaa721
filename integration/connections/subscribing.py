"""Subscribes an account to the events that it needs, for `connect --subscribe`."""

from dataclasses import dataclass, field

from integration.connections.subscriptions import webhook_url
from integration.settings import Settings
from integration.zoom.needed_events import feature_of, missing_events
from integration.zoom.scopes import REPORTED
from integration.zoom.subscriptions import (
    EventNotAllowed,
    create_subscription,
    is_same_address,
    read_subscriptions,
)

NAME = "WorkSights"
# An app for an account without them cannot have their scopes.
DISPENSABLE = {"webinars", "phone"}


@dataclass(frozen=True)
class Subscribed:
    """`created`: the events of the new subscription, empty if none was needed. `in_marketplace`:
    the events that the subscription from the app's page in the Zoom Marketplace lacks.
    `left_out`: the features whose events Zoom does not allow, with the first such event.
    """

    created: list[str] = field(default_factory=list)
    in_marketplace: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def subscribe(
    settings: Settings, token: str, *, zoom_account_id: str, user_id: str | None
) -> Subscribed:
    """Creates a subscription to the events that are needed and that none sends here yet. Raises
    ZoomError.

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
        return Subscribed(in_marketplace=missing_events(have))
    left_out: dict[str, str] = {}
    while missing := missing_events(have, [one for one in REPORTED if one not in left_out]):
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
        return Subscribed(created=missing, left_out=left_out)
    return Subscribed(left_out=left_out)
