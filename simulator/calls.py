"""The facts of one phone call: the parties, its times and its result."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from simulator.company import PhoneLine, ZoomUser
from simulator.wire import iso


@dataclass(frozen=True, slots=True)
class Party:
    """Either a user with a line, or an external person with a number (empty: withheld)."""

    user: ZoomUser | None = None
    number: str = ""
    name: str = ""

    @property
    def line(self) -> PhoneLine | None:
        return self.user.line if self.user else None


@dataclass(frozen=True, slots=True)
class Call:
    """`result` is answered, no_answer or voicemail. `answered_at` is None if not picked up."""

    call_id: str
    caller: Party
    callee: Party
    rang_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    result: str

    @property
    def is_internal(self) -> bool:
        return self.caller.user is not None and self.callee.user is not None


def live_party(party: Party, rng: random.Random, *, is_own: bool) -> dict[str, object]:
    """A side in live events: all fields for the own user, few for the far side, no email."""
    if party.user is None or party.line is None:
        return {"phone_number": party.number or "anonymous", "connection_type": "pstn_off_net"}
    far = {
        "extension_type": "user",
        "extension_number": party.line.extension_number,
        "phone_number": party.line.number,
        "connection_type": "voip",
    }
    if not is_own:
        return far
    return {
        "extension_id": party.line.extension_id,
        **far,
        "user_id": party.user.id,
        "timezone": party.user.office.time_zone,
        "device_type": "MAC_Client(6.4.1.5001)",
        "device_id": rng.randbytes(8).hex(),
    }


def record_party(party: Party, side: str, *, rng: random.Random) -> dict[str, object]:
    """A side in completed records: extension, email, number and the devices' IP addresses."""
    fields: dict[str, object] = {
        "name": party.name,
        "did_number": party.number or "anonymous",
        "number_type": "external_pstn",
        "country_iso_code": "US",
        "country_code": "1",
    }
    if party.user is not None and party.line is not None:
        fields |= {
            "ext_id": party.line.extension_id,
            "ext_number": str(party.line.extension_number),
            "ext_type": "user",
            "name": party.user.full_name,
            "email": party.user.email,
            "did_number": party.line.number,
            "number_type": "zoom_pstn",
            "device_type": "MAC_Client(6.4.1.5001)",
            "device_private_ip": f"10.0.0.{rng.randrange(2, 255)}",
            "device_public_ip": f"198.51.100.{rng.randrange(1, 255)}",
            "department": party.user.department,
        }
    return {f"{side}_{key}": value for key, value in fields.items()}


def seconds_between(start: datetime | None, end: datetime) -> int:
    return int((end - start).total_seconds()) if start else 0


def times(call: Call, *, answer: str, ring: str, end: str) -> dict[str, str]:
    """The call's times under the given names; the answer time only if it was picked up."""
    answered = {answer: iso(call.answered_at)} if call.answered_at else {}
    return {ring: iso(call.rang_at), **answered, end: iso(call.ended_at)}
