"""Reads the rules and the admitted TLDs from rows of names and values."""

import re
from collections.abc import Mapping

from integration.identity.word_lists import SPECIAL_USE_TLDS

ADMITTED_TLDS = "admitted_tlds"
# What pages and problems call each setting.
TITLES = {
    "free_mail": "Mailbox providers",
    "disposable": "Disposable addresses",
    "relay": "Forwarding services",
    "hosting_platform": "Hosting platforms",
    "alumni": "Alumni",
    "automated": "Automated addresses",
    "special_use": "Internal and test domains",
    "unknown_tld": "Unknown endings",
    ADMITTED_TLDS: "Allowed endings",
}
# The rules that decide against a company. All are on unless an organization switches one off.
FLAGS = frozenset(TITLES) - {ADMITTED_TLDS}
_BETWEEN_WORDS = re.compile(r"[\s;,]+")


def read_settings(
    settings: Mapping[str, str], problems: list[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The flags that are off, and the admitted TLDs. Ignores invalid rows and reports them."""
    off: set[str] = set()
    admitted: set[str] = set()
    unknown = 0
    for name, value in sorted(settings.items()):
        word = (value or "").strip().lower()
        if name == ADMITTED_TLDS:
            admitted.update(_admitted(word, problems))
        elif name not in FLAGS:
            unknown += 1
        elif word not in ("on", "off"):
            problems.append(f"The rule “{TITLES[name]}” has an invalid value and is treated as on.")
        elif word == "off":
            off.add(name)
    if unknown == 1:
        problems.append("A rule with an unknown name is ignored.")
    elif unknown:
        problems.append(f"{unknown:,} rules with unknown names are ignored.")
    return frozenset(off), frozenset(admitted)


def _admitted(words: str, problems: list[str]) -> set[str]:
    asked = {word.removeprefix(".") for word in _BETWEEN_WORDS.split(words) if word}
    if asked - SPECIAL_USE_TLDS:
        known = ", ".join(sorted(SPECIAL_USE_TLDS))
        problems.append(
            f"Some of the allowed endings are invalid and are ignored. Valid endings: {known}."
        )
    return asked & SPECIAL_USE_TLDS
