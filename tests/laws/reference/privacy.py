"""What an organization keeps (5.17): topics, phone numbers, and what was released."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.laws.reference.events import Event
from tests.laws.reference.world import Settings

DEFAULTS = {
    "processing": "released",
    "topics": "leaders",
    "phone_numbers": "full",
}


class Privacy:
    """The settings as one batch finds them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._organizations = {
            one.zoom_account_id: one.organization_id for one in settings.connections
        }

    def is_held(self, account: str, received_at: datetime) -> bool:
        """What arrived while processing was held never comes back."""
        until_then = self._value(account, "processing", until=received_at)
        return "held" in (self._value(account, "processing"), until_then)

    def kept(self, event: Event) -> Event:
        """The event without what is not kept. Numbers are kept in full or not at all here."""
        fields = dict(event.fields)
        if self._value(event.account, "topics") == "none" and "topic" in fields:
            fields["topic"] = None
        if self._value(event.account, "phone_numbers") == "none":
            fields = _without_numbers(fields)
        return replace(event, fields=fields)

    def _value(self, account: str, name: str, *, until: datetime | None = None) -> str:
        """The latest of all changes, or of those until then."""
        changes = [
            (change.changed_at, number, change.value)
            for number, change in enumerate(self._settings.privacy_settings)
            if change.organization_id == self._organizations.get(account)
            and change.name == name
            and (until is None or change.changed_at <= until)
        ]
        return max(changes)[2] if changes else DEFAULTS[name]


def _without_numbers(fields: dict[str, Any]) -> dict[str, Any]:
    if "parties" in fields:
        parties = {side: _without_number(party) for side, party in fields["parties"].items()}
        return {**fields, "parties": parties}
    name = fields.get("name")
    if name and "leg" in fields and _is_number(name):
        return {**fields, "name": None}
    return fields


def _without_number(party: dict[str, str | None]) -> dict[str, str | None]:
    """The name stays only with what identifies somebody of the organization, or an email."""
    known = ("zoom_user_id", "extension_id", "extension_number", "email")
    name = party["name"] if any(party.get(fact) for fact in known) else None
    # A digest of the number is kept, if the number is long enough to be somebody's.
    digits = sum(digit.isascii() and digit.isdigit() for digit in party["number"] or "")
    is_somebodys = digits >= 7 or (party["number"] is None and party["number_kind"] == "outside")
    kind = "outside" if is_somebodys else None
    return {**party, "number": None, "number_kind": kind, "name": name}


def _is_number(name: str) -> bool:
    digits = [letter for letter in name if letter.isdigit()]
    return len(digits) >= 7 and not any(letter.isalpha() for letter in name)
