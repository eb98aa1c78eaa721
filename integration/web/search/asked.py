"""What somebody typed into the search field."""

import re
from dataclasses import dataclass

from integration.identity.cleaning import cleaned_email
from integration.web.page.listing import SEARCH_LIMIT
from integration.web.page.visit import Visit

_MEETING_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){8,10}")  # Zoom's have 9 to 11 digits


@dataclass(frozen=True)
class Asked:
    """`text` may be empty; `was_cut` means that more was typed than is searched for."""

    text: str
    was_cut: bool

    @property
    def email(self) -> str | None:
        """The text if it is one complete address."""
        return cleaned_email(self.text) if "@" in self.text else None

    @property
    def meeting_number(self) -> str | None:
        """The text without its spaces if it is a meeting ID: Zoom shows 852 1234 5678."""
        is_number = _MEETING_NUMBER.fullmatch(self.text)
        return re.sub("[ -]", "", self.text) if is_number else None


def asked_in(visit: Visit) -> Asked:
    typed = visit.query("q")
    return Asked(typed[:SEARCH_LIMIT].strip(), len(typed) > SEARCH_LIMIT)
