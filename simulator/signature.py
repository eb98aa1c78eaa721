"""Signs raw bytes for `x-zm-signature`, version 0, and builds the headers that Zoom sends."""

from __future__ import annotations

import hashlib
import hmac

USER_AGENT = "Zoom Marketplace/1.0a"


def sign(body: bytes, *, secret: str, timestamp: int) -> str:
    """`v0=` and 64 hex digits; `timestamp` is in seconds and has its own header."""
    return f"v0={digest(b'v0:%d:%b' % (timestamp, body), secret=secret)}"


def digest(message: bytes, *, secret: str) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def headers(
    body: bytes, *, secret: str, timestamp: int, request_id: str | None = None
) -> dict[str, str]:
    """The headers of a delivery; many deliveries, but not all, have a `request_id`."""
    sent = {
        "user-agent": USER_AGENT,
        "content-type": "application/json; charset=utf-8",
        "x-zm-request-timestamp": str(timestamp),
        "x-zm-signature": sign(body, secret=secret, timestamp=timestamp),
    }
    return sent if request_id is None else {**sent, "x-zm-request-id": request_id}
