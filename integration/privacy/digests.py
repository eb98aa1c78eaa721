"""Computes the content of tombstones: HMACs that identify erased values without storing them."""

import hmac
import json
from dataclasses import dataclass, field

# Kinds that identify a person everywhere in an organization, and kinds for one session only.
EVERYWHERE = ("person_key", "zoom_user_id", "phone_number", "name", "topic", "user_id")
IN_ONE_SESSION = (
    "leg", "participant_uuid", "registrant_id", "customer_key", "session", "untitled_session",
)  # fmt: skip


@dataclass(frozen=True)
class Digests:
    """Digests of one organization; equal values of two organizations have different digests."""

    key: str = field(repr=False)
    organization_id: str

    def of(self, kind: str, value: str, *, session_id: str | None = None) -> str:
        """64 hexadecimal digits. `session_id` applies to the kinds of one session."""
        scope = session_id if kind in IN_ONE_SESSION else None
        return _hmac(self.key, [self.organization_id, kind, scope, value])


def _hmac(key: str, value: list[str | None]) -> str:
    return hmac.digest(key.encode(), json.dumps(value).encode(), "sha256").hex()
