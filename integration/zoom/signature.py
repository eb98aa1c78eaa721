"""Zoom's request signature (v0) and the response to its endpoint challenge.

Pure functions over the raw bytes of the body: Zoom mixes escapes and raw UTF-8, so a body that was
parsed and serialized again never verifies. They must not know HTTP, settings or the database.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

# Clocks differ by seconds. A timestamp further ahead was signed to be replayed later.
FUTURE_LIMIT = timedelta(minutes=5)
# Zoom retries for 85 minutes and may reuse the first timestamp. A 401 would lose the event
# permanently, while a replay within this time is only a duplicate.
PAST_LIMIT = timedelta(hours=3)

TIMESTAMP = re.compile(r"[0-9]{1,11}")  # seconds since 1970; eleven digits last until the year 5138
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
# Zoom sends 22 characters. A token with a colon could be a forged `v0:<timestamp>:<body>`: the
# answer would be a valid signature for a message of the sender's choice.
PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def verifying_secret(
    body: bytes, *, timestamp: str | None, signature: str | None, secrets: Sequence[str]
) -> str | None:
    """The secret that made this signature, or None. Does not check the timestamp's age."""
    if timestamp is None or not TIMESTAMP.fullmatch(timestamp):
        return None
    if signature is None or not SIGNATURE.fullmatch(signature):
        return None
    signed = b"v0:%b:%b" % (timestamp.encode("ascii"), body)
    verified = None
    for secret in secrets:  # always all of them: the duration must not reveal which one matched
        if hmac.compare_digest(f"v0={_hmac_hex(secret, signed)}", signature):
            verified = secret
    return verified


def is_timely(timestamp: str, *, now: datetime) -> bool:
    """Whether a verified timestamp is neither too far ahead nor too old."""
    age_seconds = now.timestamp() - int(timestamp)
    return -FUTURE_LIMIT.total_seconds() <= age_seconds <= PAST_LIMIT.total_seconds()


def challenge_answer(plain_token: object, *, secret: str) -> dict[str, str] | None:
    """The response to `endpoint.url_validation`; None for a token that must not be signed."""
    if not isinstance(plain_token, str) or not PLAIN_TOKEN.fullmatch(plain_token):
        return None
    return {
        "plainToken": plain_token,
        "encryptedToken": _hmac_hex(secret, plain_token.encode("ascii")),
    }


def _hmac_hex(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
