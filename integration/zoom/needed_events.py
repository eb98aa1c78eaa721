"""The events that an app's event subscription has to have, by feature."""

from collections.abc import Iterable

from integration.zoom.features import FEATURE_OF_EVENTS
from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.scopes import REPORTED, USERS

# The generations of records of completed calls, the newest first. One of them is enough, and Zoom
# has withdrawn the oldest.
RECORDS = tuple(
    frozenset({f"phone.caller_{record}_completed", f"phone.callee_{record}_completed"})
    for record in ("call_element", "call_history", "call_log")
)
# Zoom sends it to the deauthorization URL of the app, not through a subscription.
UNSUBSCRIBED = frozenset({"app_deauthorized"})


def events_of_feature(feature: str) -> frozenset[str]:
    """Every event of a feature, or about users, that a subscription can have."""
    return frozenset(one for one in KEPT_EVENTS - UNSUBSCRIBED if feature_of(one) == feature)


def feature_of(event: str) -> str:
    """The feature of an event that is kept; USERS for those about users."""
    return FEATURE_OF_EVENTS.get(event.partition(".")[0], USERS)


def missing_events(subscribed: Iterable[str], features: Iterable[str] = REPORTED) -> list[str]:
    """The events that a subscription to `subscribed` lacks for these features, in their order."""
    have = frozenset(subscribed)
    found: list[str] = []
    for feature in features:
        needed = events_of_feature(feature)
        if feature == "phone":
            records = min(RECORDS, key=lambda generation: len(generation - have))
            needed = (needed - frozenset[str]().union(*RECORDS)) | records
        found += sorted(needed - have)
    return found
