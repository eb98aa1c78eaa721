"""Whether a text is, or mentions, one erased person. Their tombstones are enough to decide, so it
works long after the erasure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from integration.identity.ids import person_id
from integration.privacy.digests import IN_ONE_SESSION, Digests
from integration.privacy.texts import digits_of, keys_in, name_of, names_in

_PIECES = re.compile(r"[^\s\"{}\[\],:]+")


@dataclass(frozen=True)
class Person:
    """An erased person: the digests of their tombstones by kind, and their id in the marts.

    The key itself is known while the person is being erased, and stored nowhere.
    """

    digests: Digests
    key: str = field(repr=False)
    tombstones: Mapping[str, set[str]] = field(repr=False)

    @property
    def digest(self) -> str:
        return self.digests.of("person_key", self.key)

    def is_meant_by(self, holds: str, text: str, session_id: str | None = None) -> bool:
        """Whether a value of this kind is theirs."""
        if self.key in _keys_in(text):
            return True
        match holds:
            case "person_key":
                return False
            case "name":
                return self._has("name", name_of(text))
            case "phone_number":
                return self._has("phone_number", digits_of(text))
            case "text":
                return self._is_mentioned_in(text)
            case _:
                return self._has(holds, text, session_id)

    def has_name(self, text: str) -> bool:
        """Whether a name is theirs, or in the text."""
        own = self.tombstones.get("name", set())
        return any(self.digests.of("name", name) in own for name in names_in(text))

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
            or text == person_id(self.digests.organization_id, self.key)
        )

    def _has(self, kind: str, value: str | None, session_id: str | None = None) -> bool:
        own = self.tombstones.get(kind)
        if not value or not own or (kind in IN_ONE_SESSION and session_id is None):
            return False
        return self.digests.of(kind, value, session_id=session_id) in own


@lru_cache(maxsize=50_000)
def _keys_in(text: str) -> frozenset[str]:
    return frozenset(keys_in(text))
