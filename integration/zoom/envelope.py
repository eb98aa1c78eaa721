"""What every delivery has, whatever its event: its name, its account, and the rest unread."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.texts import ID_BYTES, is_longer, text


class Unreadable(Exception):
    """A delivery that cannot become an event; the message is the reason shown in
    `operations.deliveries`. `occurred_at` is the event's own time where that much is known.
    """

    def __init__(self, reason: str, occurred_at: datetime | None = None) -> None:
        super().__init__(reason)
        self.occurred_at = occurred_at


@dataclass(frozen=True)
class Envelope:
    """What every delivery has: the event's name, the account it speaks of, the rest still
    unread.
    """

    event: str
    zoom_account_id: str | None
    payload: dict[str, Any]
    event_ts: object

    @property
    def is_kept(self) -> bool:
        return self.event in KEPT_EVENTS


def open_envelope(body: bytes) -> Envelope:
    """The envelope of a delivery's bytes; Unreadable when it is not JSON or has no event."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    event = content.get("event") if isinstance(content, dict) else None
    if not isinstance(event, str) or not text(event):
        raise Unreadable("no event name")
    payload = content.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    return Envelope(text(event) or "", account_of(content), payload, content.get("event_ts"))


def account_of(content: dict[str, Any]) -> str | None:
    """The Zoom account that a message is about: the payload's, else the root's; None for one that
    is too long to be an account's id.
    """
    payload = content.get("payload")
    inner = text(payload.get("account_id")) if isinstance(payload, dict) else None
    account = inner or text(content.get("account_id"))
    return None if account is None or is_longer(account, ID_BYTES) else account
