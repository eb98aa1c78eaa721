"""The Zoom app itself: its id, what its own token may do, and which events it is subscribed to."""

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
_OF_SESSIONS = (
    *("started", "ended", "participant_joined", "participant_left", "participant_bind"),
    *("chat_message_sent", "sharing_started", "sharing_ended", "created", "updated", "deleted"),
)
_OF_MEETINGS = (
    *("participant_joined_breakout_room", "participant_left_breakout_room"),
    *("participant_joined_waiting_room", "participant_left_waiting_room"),
)
_OF_SIDES = (
    *("ringing", "ended", "missed", "call_log_completed"),
    *("call_history_completed", "call_element_completed"),
)
_OF_USERS = (
    *("created", "updated", "deleted", "activated", "deactivated", "disassociated", "signed_in"),
)
EVENTS = (
    *(f"{kind}.{name}" for kind in ("meeting", "webinar") for name in _OF_SESSIONS),
    *(f"meeting.{name}" for name in _OF_MEETINGS),
    *(f"phone.{side}_{name}" for side in ("caller", "callee") for name in _OF_SIDES),
    *(f"user.{name}" for name in _OF_USERS),
    *("webinar.registration_created", "recording.completed", "phone.voicemail_received"),
    "app_deauthorized",
)


@dataclass(slots=True)
class Subscription:
    """`source` is `default` (the build flow) or `openapi`; without an account it is for all."""

    id: str = "BuildFlowSubscription0"
    events: list[str] = field(default_factory=lambda: list(EVENTS))
    name: str = "WorkSights"
    url: str = "https://worksights.example.com/webhooks/zoom"
    scope: str = "account"
    source: str = "default"
    account_id: str = ""
    subscriber_id: str = "SubscriberOfTheApp0000"


@dataclass(slots=True)
class App:
    """`scopes` are those of the token that `client_credentials` returns; `refused_events` are those
    that no subscription may have, because the app lacks their scope.
    """

    id: str = APP_ID
    plan: str = BUSINESS
    scopes: set[str] = field(default_factory=lambda: set(APP_SCOPES))
    subscriptions: list[Subscription] = field(default_factory=lambda: [Subscription()])
    refused_events: set[str] = field(default_factory=set)

    @property
    def subscription_id(self) -> str:
        return self.subscriptions[0].id if self.subscriptions else ""
