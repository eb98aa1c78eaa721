"""Extracts from a text what may identify people: addresses, names and phone numbers."""

import re
from collections.abc import Iterator

from integration.identity.address import person_key
from integration.identity.names import is_generic

# Matches the parts of a longer text that may be addresses.
_PIECE_WITH_AT = re.compile(r"[^\s<>(),;:\"'\[\]{}]+@[^\s<>(),;:\"'\[\]{}]+")
_WORD = re.compile(r"[^\W_]+")
LONGEST_NAME = 8  # words
_NUMBER = re.compile(r"[+(]*\d[\d\s().+/-]*")


def keys_in(text: str | None) -> set[str]:
    """The person keys of all addresses in a text, in any spelling."""
    if not text or "@" not in text:
        return set()
    pieces = [text, *_PIECE_WITH_AT.findall(text)]
    return {key for piece in pieces if (key := person_key(piece))}


def name_of(text: str | None) -> str | None:
    """A name in the form in which names are compared: its words in lower case. None if the name
    does not distinguish people: a single word, a device, `Zoom User`.
    """
    words = _WORD.findall((text or "").casefold())
    if not 2 <= len(words) <= LONGEST_NAME or is_generic(text or ""):
        return None
    return " ".join(words)


def names_in(text: str | None) -> Iterator[str]:
    """All sequences of words that could be a name: `Ann Ash's room` contains `ann ash`."""
    words = _WORD.findall((text or "").casefold())
    for first in range(len(words)):
        for end in range(first + 2, min(first + LONGEST_NAME, len(words)) + 1):
            yield " ".join(words[first:end])


def digits_of(phone_number: str | None) -> str | None:
    """The digits of a phone number; None if it is too short to identify a person."""
    digits = re.sub(r"\D", "", phone_number or "")
    return digits if len(digits) >= 7 else None


def number_in_name(name: str | None) -> str | None:
    """The digits of a name that is nothing but a phone number: Zoom names people who join a meeting
    by phone like this.
    """
    return digits_of(name) if name and _NUMBER.fullmatch(name.strip()) else None
