"""Normalizes addresses and domains that people type, for texts that are compared as texts: users'
emails, exclusions, own domains, overrides.

A key identifies a person; cleaning only removes what is not part of the address. Tags, dots and
quotes of the local part stay, and letters beyond ASCII stay unchanged.
"""

import re
import string
import unicodedata

from integration.identity.address import (
    INVISIBLE,
    Split,
    has_several_addresses,
    split_address,
    without_wrapping,
)
from integration.identity.hosts import read_host

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/]*).*", re.DOTALL)
_BEFORE_A_DOMAIN = ("*@", "*.", "@")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def cleaned_email(text: str | None) -> str | None:
    """The address in a text such as `Ann <Ann@ACME.com>`; None when there is not exactly one.

    It has no surrounding white space or invisible characters, ASCII letters in lower case, and the
    host in A-labels.
    """
    return _address(_readable(text))


def cleaned(text: str | None) -> str | None:
    """The address or domain in a setting, also written as `*@Bank.com`, `https://www.union.org/` or
    `bücher.de`. None when it is neither.
    """
    written = _readable(text)
    if scheme := _SCHEME.fullmatch(written):
        written = scheme[1]
    before = next((each for each in _BEFORE_A_DOMAIN if written.startswith(each)), "")
    written = written.removeprefix(before)
    return _address(written) if "@" in written else _domain(written)


def cleaned_domain(text: str | None) -> str | None:
    """Like `cleaned`, but only for domains: None for an email or IP address."""
    domain = cleaned(text)
    return None if domain is None or "@" in domain or domain.startswith("[") else domain


def stored_spellings(typed: str) -> list[str]:
    """The spellings, in lower case, in which a typed email may be stored: cleaned, or as the host
    product wrote it.
    """
    return sorted({typed.strip().translate(_LOWER), cleaned_email(typed) or ""} - {""})


def _readable(text: str | None) -> str:
    seen = unicodedata.normalize("NFC", INVISIBLE.sub("", text or ""))
    return "" if has_several_addresses(seen) else without_wrapping(seen)


def _address(text: str) -> str | None:
    split = split_address(text)
    return f"{split.written}@{split.host}".translate(_LOWER) if isinstance(split, Split) else None


def _domain(text: str) -> str | None:
    host = read_host(text)
    if host is None:
        return None
    without = host.removeprefix("www.")
    return without if "." in without else host
