"""Reads the lists in `lists/`: one entry per line, comments start with `#`."""

import csv
from itertools import product
from pathlib import Path

FOLDER = Path(__file__).parent / "lists"
SEPARATORS = ("-", "_", ".", "")


def entries(name: str) -> list[str]:
    """The entries of a list, in its order."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list with columns, which are named in its first line after the comments."""
    return list(csv.DictReader(entries(name)))


def spellings(entry: str) -> list[str]:
    """The entry with each `-` replaced by `-`, `_`, `.` or nothing."""
    first, *others = entry.split("-")
    return [
        first + "".join(map("".join, zip(separators, others, strict=True)))
        for separators in product(SEPARATORS, repeat=len(others))
    ]


RELAY_HOSTS = frozenset(entries("relay_hosts.txt"))
RESOURCE_HOSTS = frozenset(entries("resource_hosts.txt"))
TENANT_SUFFIXES = frozenset(entries("tenant_suffixes.txt"))
NOTETAKER_BOTS = frozenset(entries("notetaker_bots.txt"))
SPECIAL_USE_TLDS = frozenset(entries("special_use_tlds.txt"))
HOSTING_PLATFORMS = frozenset(entries("hosting_platforms.txt"))
FREE_MAIL = frozenset(row["domain"] for row in rows("free_mail.csv"))
ROLE_WORDS = frozenset(word for entry in entries("role_words.txt") for word in spellings(entry))
AUTOMATED = frozenset(
    word for entry in entries("automated_local_parts.txt") for word in spellings(entry)
)
