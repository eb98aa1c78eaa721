"""Reads the policy flags and the admitted TLDs from rows of names and values."""

import re
from collections.abc import Mapping

from integration.identity.word_lists import SPECIAL_USE_TLDS

# The rules that decide against a company. All are on unless an organization switches one off.
FLAGS = frozenset(
    {
        "automated",
        "relay",
        "disposable",
        "special_use",
        "free_mail",
        "unknown_tld",
        "hosting_platform",
        "alumni",
    }
)
ADMITTED_TLDS = "admitted_tlds"
_BETWEEN_WORDS = re.compile(r"[\s;,]+")


def read_settings(
    settings: Mapping[str, str], problems: list[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The flags that are off, and the admitted TLDs. Ignores invalid rows and reports them."""
    off: set[str] = set()
    admitted: set[str] = set()
    for name, value in sorted(settings.items()):
        word = (value or "").strip().lower()
        if name == ADMITTED_TLDS:
            admitted.update(_admitted(word, problems))
        elif name not in FLAGS:
            known = ", ".join(sorted(FLAGS | {ADMITTED_TLDS}))
            problems.append(f"Unknown identity setting. Valid names: {known}.")
        elif word not in ("on", "off"):
            problems.append(
                f"The identity setting {name} is neither on nor off and is treated as on."
            )
        elif word == "off":
            off.add(name)
    return frozenset(off), frozenset(admitted)


def _admitted(words: str, problems: list[str]) -> set[str]:
    asked = {word.removeprefix(".") for word in _BETWEEN_WORDS.split(words) if word}
    if asked - SPECIAL_USE_TLDS:
        known = " ".join(sorted(SPECIAL_USE_TLDS))
        problems.append(f"Some values in admitted_tlds are ignored. Valid values: {known}.")
    return asked & SPECIAL_USE_TLDS
