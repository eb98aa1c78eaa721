"""Removes from an event what an organization does not keep (contract, 5.17): topics and phone
numbers, by its privacy settings.
"""

import re

from integration.privacy.digests import Digests
from integration.privacy.settings import PrivacySettings
from integration.privacy.texts import digits_of
from integration.zoom.parties import CALL, OWNER_OF_LOG, PARTICIPANT, TOPIC

# The calling codes of one and two digits (ITU-T E.164); all others have three.
_CALLING_CODE = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}")
# What distinguishes people of the organization from outside parties of a call.
_KNOWN_BY = ("email", "zoom_user_id", "extension_id", "extension_number")


def keeps_everything(settings: PrivacySettings) -> bool:
    """Whether events are stored as they are."""
    return settings.topics != "none" and settings.phone_numbers == "full"


def reduced_fields(
    event: str, fields: dict[str, str], settings: PrivacySettings, digests: Digests | None
) -> dict[str, str]:
    """The fields of an event of this name that are kept. Reducing them twice changes nothing more.
    `digests` is needed if phone numbers are not kept in full.
    """
    kept = fields
    if settings.topics == "none":
        kept = {name: value for name, value in kept.items() if name != TOPIC}
    if settings.phone_numbers != "full" and digests is not None:
        keeps_digits = settings.phone_numbers == "masked"
        for side, names in CALL.items():
            is_owner = OWNER_OF_LOG["zoom_user_id"] in kept and event.startswith(f"phone.{side}_")
            kept = _reduced_side(
                kept, names, digests, keeps_digits=keeps_digits, keeps_name=is_owner
            )
        kept = _reduced_caller_name(kept, keeps_digits=keeps_digits)
    return kept


def masked(number: str) -> str:
    """Country and last two digits: `+44…23`; `…23` if the country is unknown."""
    digits = re.sub(r"[^0-9]", "", number)
    code = _CALLING_CODE.match(digits) if number.strip().startswith("+") else None
    return f"{f'+{code[0]}' if code else ''}…{digits[-2:]}"


def _reduced_side(
    fields: dict[str, str],
    names: dict[str, str],
    digests: Digests,
    *,
    keeps_digits: bool,
    keeps_name: bool,
) -> dict[str, str]:
    """One side of a call. By a digest, equal numbers are recognized, and those of erased people."""
    kept = dict(fields)
    number = kept.pop(names["phone_number"], None)
    if number is not None and names["phone_digest"] not in kept:
        digits = digits_of(number)
        if digits:
            kept[names["phone_digest"]] = digests.of("phone_number", digits)
        number = masked(number)
    if number is not None and keeps_digits:
        kept[names["phone_number"]] = number
    if not keeps_name and not any(names[fact] in kept for fact in _KNOWN_BY):
        kept.pop(names["name"], None)
    return kept


def _reduced_caller_name(fields: dict[str, str], *, keeps_digits: bool) -> dict[str, str]:
    """Zoom names people who join a meeting by phone after their number."""
    name = fields.get(PARTICIPANT["name"])
    if not name or not digits_of(name) or any(character.isalpha() for character in name):
        return fields
    kept = {field: value for field, value in fields.items() if field != PARTICIPANT["name"]}
    return {**kept, PARTICIPANT["name"]: masked(name)} if keeps_digits else kept
