"""Finds domains that look alike: those with the same skeleton. They are shown, never merged."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from confusable_homoglyphs.confusables import is_confusable

from integration.identity import suffixes
from integration.identity.hosts import as_unicode

# Adds to Unicode's list, which compares single letters only. `m` becomes `rn`, not the other way
# round, so that `rrn` has only one reading.
_READ_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "m": "rn", "-": ""})
_MARKS = re.compile("[\u0300-\u036f]")


def skeleton(domain: str) -> str:
    """A text that is equal for domains that look alike; not a domain, and never shown.

    The suffix stays unchanged: `acme.com` and `acme.co` are two ordinary names.
    """
    suffix = suffixes.icann_suffix(domain) or domain.rpartition(".")[2]
    left = domain.removesuffix(suffix)
    return "".join(map(_alike, as_unicode(left))).translate(_READ_ALIKE) + suffix


@lru_cache(maxsize=10_000)
def _alike(letter: str) -> str:
    """The Latin letter that a letter looks like, else the smallest letter of its group."""
    if letter.isascii():
        return letter
    plain = _plain(letter)
    if plain.isascii():
        return plain
    group = _homoglyphs(plain)
    latin = sorted(each for each in group if each.isascii() and each.isalnum())
    if latin:
        return latin[0].lower()
    # Unicode links each letter only to the group's prototype, so two steps reach the whole group.
    return min({other for each in group for other in _homoglyphs(each)})


def _homoglyphs(text: str) -> set[str]:
    found: list[dict[str, Any]] = is_confusable(text, greedy=True) or [] if len(text) == 1 else []
    return {text} | {_plain(glyph["c"]) for each in found for glyph in each["homoglyphs"]}


def _plain(text: str) -> str:
    """The text without accents, which look-alikes often add."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text))
