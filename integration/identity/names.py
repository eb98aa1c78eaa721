"""Names of people and companies: recognizes generic names, and guesses missing ones."""

import re
import unicodedata

from integration.identity.address import INVISIBLE, Address, read_address
from integration.identity.host_facts import host_facts
from integration.identity.hosts import as_unicode
from integration.identity.lookalikes import skeleton
from integration.identity.word_lists import entries

__all__ = [
    "guess_company_name",
    "guess_person_name",
    "is_generic",
    "is_notetaker",
    "skeleton",
    "tidy",
]

GENERIC_NAMES = frozenset(entries("generic_names.txt"))
_WORD = re.compile(r"[^\W\d_]+")


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(" (?:" + "|".join(sorted(map(re.escape, words))) + ") ")


_DEVICE_WORDS = _any_of(entries("device_words.txt"))
_NOTETAKERS = _any_of(entries("notetaker_words.txt"))
_MODEL_OF_A_PHONE = re.compile(r"SM-[A-Za-z][0-9]")
_DIGITS = re.compile(r"\d")
_BETWEEN_PIECES = re.compile(r"[._-]")


def tidy(name: str) -> str:
    """The name with single spaces and no surrounding white space."""
    return " ".join(name.split())


def is_generic(name: str) -> bool:
    """Whether a display name does not identify a person: `Zoom User`, `Ann's iPhone`, `???`."""
    seen = _readable(name)
    if "@" in seen or not any(map(str.isalpha, seen)) or _MODEL_OF_A_PHONE.match(seen):
        return True
    return seen.casefold() in GENERIC_NAMES or _DEVICE_WORDS.search(_words(seen)) is not None


def is_notetaker(name: str) -> bool:
    """Whether a display name belongs to a note-taking bot: `read.ai meeting notes`."""
    return _NOTETAKERS.search(_words(_readable(name))) is not None


def guess_person_name(person_key: str) -> str:
    """`jane.doe2@acme.com` -> `Jane Doe`."""
    read = read_address(person_key)
    local = read.local if isinstance(read, Address) else person_key
    return _capitalized(_BETWEEN_PIECES.split(_DIGITS.sub("", local))) or local


def guess_company_name(domain: str) -> str:
    """`acme-corp.com` -> `Acme Corp`."""
    label = as_unicode((host_facts(domain).domain or domain).partition(".")[0])
    return _capitalized(label.split("-")) or label


def _readable(name: str) -> str:
    return tidy(unicodedata.normalize("NFC", INVISIBLE.sub("", name)))


def _words(name: str) -> str:
    """The name's words in folded case, each with a space before and after it."""
    return f" {' '.join(_WORD.findall(name.casefold()))} "


def _capitalized(pieces: list[str]) -> str:
    return tidy(" ".join(piece[:1].title() + piece[1:] for piece in pieces if piece))
