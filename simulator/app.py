"""The Zoom app itself: its id, and what its own token may read."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.limits import BUSINESS

APP = "the app"  # whose requests are counted when the token is the app's own
APP_ID = "SimulatedZoomApp000000"
APP_SCOPES = (
    "marketplace:read:event_subscription",
    "marketplace:write:event_subscription",
    "marketplace:update:event_subscription",
    "marketplace:delete:event_subscription",
    "marketplace_app:read:admin",
)


@dataclass(slots=True)
class App:
    """`scopes` are those of the token that `client_credentials` returns."""

    id: str = APP_ID
    plan: str = BUSINESS
    scopes: set[str] = field(default_factory=lambda: set(APP_SCOPES))
