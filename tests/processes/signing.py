"""Deliveries signed as Zoom signs them."""

import hashlib
import hmac
import time

from tests.commands.program import WEBHOOK_SECRET


def signed(body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    digest = hmac.new(WEBHOOK_SECRET.encode(), f"v0:{now}:".encode() + body, hashlib.sha256)
    return {"x-zm-request-timestamp": now, "x-zm-signature": f"v0={digest.hexdigest()}"}
