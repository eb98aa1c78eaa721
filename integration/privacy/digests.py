"""Computes the content of tombstones: digests that identify erased values without storing them.

The oldest key of TOMBSTONE_KEY makes a digest (an HMAC), and each newer key encrypts it, always to
the same text. So a stored digest gets a newer key without the value that it was made of, and a
digest that is made later with all keys equals it. What depends on a person's digest, a pseudonym
for example, is made from the one that the oldest key has made: all keys together find it again.
"""

import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

# Kinds that identify a person everywhere in an organization, and kinds for one session only.
EVERYWHERE = ("person_key", "zoom_user_id", "phone_number", "name", "topic", "user_id")
IN_ONE_SESSION = (
    "leg", "participant_uuid", "registrant_id", "customer_key", "session", "untitled_session",
)  # fmt: skip
# What replaces an erased person in an event starts with this and, in meetings, the affiliation.
PSEUDONYM = "erased-"
_PSEUDONYM = re.compile(rf"({PSEUDONYM}(?:internal-|external-)?)([0-9a-f]+)")
_PSEUDONYM_DIGITS = 24
_DIGITS, _DIGITS_OF_A_NEWER_KEY = 64, 32


@dataclass(frozen=True)
class Digests:
    """Digests of one organization; equal values of two organizations have different digests.
    `keys` are those of TOMBSTONE_KEY, newest first.
    """

    keys: tuple[str, ...] = field(repr=False)
    organization_id: str

    def of(self, kind: str, value: str, *, session_id: str | None = None) -> str:
        """Hexadecimal digits: 64, and 32 more for each newer key. `session_id` applies to the kinds
        of one session.
        """
        return with_newer_keys(self._first(kind, value, session_id), self._newer)

    def of_person(self, kind: str, person: str) -> str:
        """The same for a value that is itself a digest: that of a person."""
        return self.of(kind, _with_first_key(person, self._newer))

    def pseudonym(self, person: str, *, session_id: str, leg: str | None = None) -> str:
        """A short digest of the person, or of one of their legs, in this session."""
        first = _with_first_key(person, self._newer)
        of = first if leg is None else f"{first} {leg}"
        digits = self._first("participant_uuid", of, session_id)[:_PSEUDONYM_DIGITS]
        return _digits_with_newer_keys(digits, self._newer)

    @property
    def _newer(self) -> Sequence[str]:
        return self.keys[-2::-1]

    def _first(self, kind: str, value: str, session_id: str | None) -> str:
        scope = session_id if kind in IN_ONE_SESSION else None
        return _hmac(self.keys[-1], [self.organization_id, kind, scope, value])


def with_newer_keys(digest: str, keys: Iterable[str]) -> str:
    """A digest after these keys were added, the oldest of them first."""
    for key in keys:
        digest = _cipher(key).encrypt(bytes.fromhex(digest), None).hex()
    return digest


def has_length_for(digest: str, keys: int) -> bool:
    """Whether a digest of so many keys is as long."""
    return len(digest) == _DIGITS + (keys - 1) * _DIGITS_OF_A_NEWER_KEY


def can_be_of(digest: str, keys: Sequence[str]) -> bool:
    """Whether these keys, newest first, can have made the digest. It shows that each newer key
    encrypted it, but not which key was the oldest.
    """
    try:
        return has_length_for(digest, len(keys)) and bool(_with_first_key(digest, keys[-2::-1]))
    except (InvalidTag, ValueError):
        return False


def pseudonym_with_newer_keys(text: str, keys: Iterable[str]) -> str:
    """The same for a field of an event that may be a pseudonym; any other text stays as it is."""
    found = _PSEUDONYM.fullmatch(text)
    return found[1] + _digits_with_newer_keys(found[2], keys) if found else text


def _with_first_key(digest: str, newer: Sequence[str]) -> str:
    """The digest that the oldest key has made. InvalidTag if it was made with other keys."""
    for key in reversed(newer):
        digest = _cipher(key).decrypt(bytes.fromhex(digest), None).hex()
    return digest


def _digits_with_newer_keys(digits: str, keys: Iterable[str]) -> str:
    # Too short to be encrypted, and nothing is made from them.
    for key in keys:
        digits = _hmac(key, [PSEUDONYM, digits])[:_PSEUDONYM_DIGITS]
    return digits


def _hmac(key: str, value: list[str | None]) -> str:
    return hmac.digest(key.encode(), json.dumps(value).encode(), "sha256").hex()


@lru_cache(maxsize=100)
def _cipher(key: str) -> AESSIV:
    """It encrypts equal digests to equal texts. A key is any text, and AES-SIV needs 64 bytes."""
    return AESSIV(hmac.digest(key.encode(), b"encrypts digests", "sha512"))
