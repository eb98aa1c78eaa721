"""Which people a text names: the keys of the addresses in it, and the names it may contain."""

import re
from collections.abc import Iterator

from integration.identity.address import person_key
from integration.identity.names import is_generic

# What may surround an address in a text that is more than an address.
_PIECE_WITH_AT = re.compile(r"[^\s<>(),;:\"'\[\]{}]+@[^\s<>(),;:\"'\[\]{}]+")
_WORD = re.compile(r"[^\W_]+")
LONGEST_NAME = 8  # words


def keys_in(text: str | None) -> set[str]:
    """The person keys of all addresses in a text, whatever their spelling."""
    if not text or "@" not in text:
        return set()
    pieces = [text, *_PIECE_WITH_AT.findall(text)]
    return {key for piece in pieces if (key := person_key(piece))}


def name_of(text: str | None) -> str | None:
    """A name as names are compared: its words in lower case. None for what would not distinguish
    one person from another: a single word, a device, `Zoom User`.
    """
    words = _WORD.findall((text or "").casefold())
    if not 2 <= len(words) <= LONGEST_NAME or is_generic(text or ""):
        return None
    return " ".join(words)


def names_in(text: str | None) -> Iterator[str]:
    """Every run of words that could be a name: `Ann Ash's room` contains `ann ash`."""
    words = _WORD.findall((text or "").casefold())
    for first in range(len(words)):
        for end in range(first + 2, min(first + LONGEST_NAME, len(words)) + 1):
            yield " ".join(words[first:end])


def digits_of(phone_number: str | None) -> str | None:
    """A phone number as numbers are compared; None for what is too short to be one person's."""
    digits = re.sub(r"\D", "", phone_number or "")
    return digits if len(digits) >= 7 else None
