"""Bodies as Zoom posts them, and rows as the ledger shows them."""

import json
from typing import Any

LEDGER = ("event", "zoom_account_id", "disposition", "reason", "body")
NOT_JSON = "the body is not valid JSON"
NOT_AN_OBJECT = "the body is JSON but not an object"
NO_EVENT = "the body has no event name"
NOT_KEPT = "the event type is not stored"


def event_body(event: str = "meeting.started", **payload: Any) -> bytes:
    return json.dumps({"event": event, "event_ts": 1, "payload": payload}).encode()


def challenge_body(plain_token: object) -> bytes:
    return event_body("endpoint.url_validation", plainToken=plain_token)


def waiting(
    body: bytes, *, account: str | None = None, event: str = "meeting.started"
) -> dict[str, Any]:
    return dict(zip(LEDGER, (event, account, "waiting", None, body), strict=True))
