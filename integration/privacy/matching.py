"""Decides whether a text is, or mentions, an erased person. It needs only their tombstones, so it
works long after the erasure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from integration.identity.ids import person_id
from integration.privacy.digests import IN_ONE_SESSION, Digests
from integration.privacy.texts import digits_of, keys_in, name_of, names_in, number_in_name

_PIECES = re.compile(r"[^\s\"{}\[\],:]+")


@dataclass(frozen=True)
class ErasedPerson:
    """An erased person, or everybody whom one exclusion applies to: the digests of their tombstones
    by kind.

    The keys, and the sessions of a participant, are known only during an erasure and are never
    stored.
    """

    digests: Digests
    tombstones: Mapping[str, set[str]] = field(repr=False)
    keys: frozenset[str] = field(default=frozenset(), repr=False)
    session_ids: frozenset[str] = frozenset()

    def matches(self, holds: str, text: str, session_id: str | None = None) -> bool:
        """Whether a value of this kind belongs to the person."""
        if self._is_addressed_in(text):
            return True
        match holds:
            case "person_key":  # the text of an exclusion may be a number
                return self._has("phone_number", number_in_name(text))
            case "name":
                return self._has("name", name_of(text)) or (
                    self._has("phone_number", number_in_name(text))
                )
            case "phone_number":
                return self._has("phone_number", digits_of(text))
            case "phone_digest":
                return text in self.tombstones.get("phone_number", set())
            case "text":
                return self._is_mentioned_in(text)
            case _:
                return self._has(holds, text, session_id)

    def has_name(self, text: str) -> bool:
        """Whether the text contains one of the person's names."""
        own = self.tombstones.get("name", set())
        return any(self.digests.of("name", name) in own for name in names_in(text))

    def _is_addressed_in(self, text: str) -> bool:
        return any(self._has("person_key", key) for key in _keys_in(text))

    def _is_mentioned_in(self, text: str) -> bool:
        return (
            self.has_name(text)
            or self._has("phone_number", digits_of(text))
            or any(self._is_id(piece) for piece in {text, *_PIECES.findall(text)})
        )

    def _is_id(self, text: str) -> bool:
        return (
            self._has("zoom_user_id", text)
            or self._has("user_id", text)
            or any(text == person_id(self.digests.organization_id, key) for key in self.keys)
        )

    def _has(self, kind: str, value: str | None, session_id: str | None = None) -> bool:
        own = self.tombstones.get(kind)
        if not value or not own or (kind in IN_ONE_SESSION and session_id is None):
            return False
        return self.digests.of(kind, value, session_id=session_id) in own


@lru_cache(maxsize=50_000)
def _keys_in(text: str) -> frozenset[str]:
    return frozenset(keys_in(text))
