"""The envelope that all deliveries share: the event's name, the account, and an unread payload."""

import json
from dataclasses import dataclass, field
from typing import Any

from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.texts import ID_BYTES, is_longer, text


@dataclass(frozen=True)
class Envelope:
    """The event's name, the account it belongs to, and the payload, still unread.

    With a `problem` (text for `operations.deliveries`) the delivery is unreadable and has no event.
    """

    event: str = ""
    zoom_account_id: str | None = None
    payload: dict[str, Any] = field(default_factory=dict, repr=False)
    event_ts: object = None
    problem: str | None = None

    @property
    def is_kept(self) -> bool:
        return self.event in KEPT_EVENTS


def open_envelope(body: bytes) -> Envelope:
    """The envelope of a delivery's body, which may be any bytes."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return Envelope(problem="the body is not valid JSON")
    if not isinstance(content, dict):
        return Envelope(problem="the body is JSON but not an object")
    name = content.get("event")
    # Not stripped: an event name with a space is not Zoom's.
    event = name if isinstance(name, str) and text(name) else ""
    payload = content.get("payload")
    return Envelope(
        event=event,
        zoom_account_id=_account_of(content),
        payload=payload if isinstance(payload, dict) else {},
        event_ts=content.get("event_ts"),
        problem=None if event else "the body has no event name",
    )


def _account_of(content: dict[str, Any]) -> str | None:
    """The payload's account id, else the root's; None if it is too long to be an account id."""
    payload = content.get("payload")
    inner = text(payload.get("account_id")) if isinstance(payload, dict) else None
    account = inner or text(content.get("account_id"))
    return None if account is None or is_longer(account, ID_BYTES) else account
