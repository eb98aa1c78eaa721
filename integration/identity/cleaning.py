"""One spelling of an address or a domain that somebody wrote, for texts that are compared as they
are: users' emails, exclusions, own domains, overrides.

A key says who somebody is; cleaning only takes away what is no part of an address. Tags, dots and
quotes of the local part stay, and so do its letters beyond ASCII as they are.
"""

import re
import string
import unicodedata

from integration.identity.address import (
    INVISIBLE,
    Split,
    names_several,
    split_address,
    without_wrapping,
)
from integration.identity.hosts import read_host

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/]*).*", re.DOTALL)
_BEFORE_A_DOMAIN = ("*@", "*.", "@")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def cleaned_email(text: str | None) -> str | None:
    """The address in a text such as `Ann <Ann@ACME.com>`; None when there is not exactly one.

    White space and invisible characters around it are gone, ASCII letters are lower-case, and the
    host is in A-labels.
    """
    return _address(_readable(text))


def cleaned(text: str | None) -> str | None:
    """The address or the domain that somebody wrote into a setting: `*@Bank.com`,
    `https://www.union.org/` and `bücher.de` too. None when it is neither.
    """
    written = _readable(text)
    if scheme := _SCHEME.fullmatch(written):
        written = scheme[1]
    before = next((each for each in _BEFORE_A_DOMAIN if written.startswith(each)), "")
    written = written.removeprefix(before)
    return _address(written) if "@" in written else _domain(written)


def cleaned_domain(text: str | None) -> str | None:
    """`cleaned`, where only a domain will do: an address or an IP address is None."""
    domain = cleaned(text)
    return None if domain is None or "@" in domain or domain.startswith("[") else domain


def spellings(typed: str) -> list[str]:
    """How a stored email may be spelled, ASCII letters in lower case, for one that somebody types:
    cleaned, or as the host product has written it.
    """
    return sorted({typed.strip().translate(_LOWER), cleaned_email(typed) or ""} - {""})


def _readable(text: str | None) -> str:
    seen = unicodedata.normalize("NFC", INVISIBLE.sub("", text or ""))
    return "" if names_several(seen) else without_wrapping(seen)


def _address(text: str) -> str | None:
    split = split_address(text)
    return f"{split.written}@{split.host}".translate(_LOWER) if isinstance(split, Split) else None


def _domain(text: str) -> str | None:
    host = read_host(text)
    if host is None:
        return None
    without = host.removeprefix("www.")
    return without if "." in without else host
