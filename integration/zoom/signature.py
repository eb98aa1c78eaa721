"""Zoom's request signature (v0).

Pure functions over the raw bytes of the body: Zoom mixes escapes and raw UTF-8, so a body that was
parsed and serialized again never verifies. They must not know HTTP, settings or the database.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Clocks differ by seconds. A timestamp further ahead was signed to be replayed later.
FUTURE_LIMIT = timedelta(minutes=5)
# Zoom retries for 85 minutes and may reuse the first timestamp. A 401 would lose the event
# permanently, while a replay within this time is only a duplicate.
PAST_LIMIT = timedelta(hours=3)

TIMESTAMP = re.compile(r"[0-9]{1,11}")  # seconds since 1970; eleven digits last until the year 5138
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


@dataclass(frozen=True)
class WebhookSecret:
    """A secret token. With `accounts`, it is valid for these Zoom accounts only: the app that has
    it belongs to someone who could otherwise sign events of every customer.
    """

    token: str = field(repr=False)
    accounts: frozenset[str] | None = None

    def is_valid_for(self, zoom_account_id: str | None) -> bool:
        return self.accounts is None or zoom_account_id in self.accounts


def verifying_secret(
    body: bytes, *, timestamp: str | None, signature: str | None, secrets: Sequence[WebhookSecret]
) -> WebhookSecret | None:
    """The secret that made this signature, or None. Does not check the timestamp's age."""
    if timestamp is None or not TIMESTAMP.fullmatch(timestamp):
        return None
    if signature is None or not SIGNATURE.fullmatch(signature):
        return None
    signed = b"v0:%b:%b" % (timestamp.encode("ascii"), body)
    verified = None
    for secret in secrets:  # always all of them: the duration must not reveal which one matched
        if hmac.compare_digest(f"v0={hmac_hex(secret.token, signed)}", signature):
            verified = secret
    return verified


def is_timely(timestamp: str, *, now: datetime) -> bool:
    """Whether a verified timestamp is neither too far ahead nor too old."""
    age_seconds = now.timestamp() - int(timestamp)
    return -FUTURE_LIMIT.total_seconds() <= age_seconds <= PAST_LIMIT.total_seconds()


def hmac_hex(secret: str, message: bytes) -> str:
    """HMAC-SHA256 as 64 hexadecimal digits, which is how Zoom writes it."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
