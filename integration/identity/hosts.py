"""Parses the text after the `@`, or a configured domain, into one spelling of the host."""

import re
from ipaddress import IPv4Address, IPv6Address

import idna

WHITE_SPACE = "\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_HAS_WHITE_SPACE = re.compile(f"[{WHITE_SPACE}]")
_IPV4 = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
# Matches most hosts. `idna` would return them unchanged, but fifty times slower. It must check
# hosts with `--`, which may contain A-labels.
_PLAIN = re.compile(
    r"(?!.*--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
LONGEST_LABEL = 63
LONGEST_HOST = 253


def read_host(text: str) -> str | None:
    """The host in lower-case A-labels, or an IP address in brackets; None when it is neither.

    UTS 46, non-transitional. IP addresses look like `[192.0.2.10]` or `[2001:db8::1]` (compressed,
    without a prefix).
    """
    if text.startswith("[") and text.endswith("]"):
        return _ip_literal(text[1:-1])
    if _IPV4.fullmatch(text):
        return _ip_literal(text)
    host = _a_labels(text)
    return None if host is None or host.rpartition(".")[2].isdigit() else host


def is_ip_literal(host: str) -> bool:
    return host.startswith("[")


def parents(host: str) -> list[str]:
    """The host and all its parent domains: `a.b.c` -> `a.b.c`, `b.c`, `c`."""
    found = [host]
    while (dot := host.find(".")) >= 0:
        host = host[dot + 1 :]
        found.append(host)
    return found


def as_unicode(host: str) -> str:
    """The host in Unicode, for people to read."""
    return ".".join(
        idna.ulabel(label) if label.startswith("xn--") else label for label in host.split(".")
    )


def _a_labels(text: str) -> str | None:
    host = text.lower() if text.isascii() else text
    if _PLAIN.fullmatch(host):
        is_short = len(host) <= LONGEST_HOST and max(map(len, host.split("."))) <= LONGEST_LABEL
        return host if is_short else None
    if _HAS_WHITE_SPACE.search(text):
        return None
    try:
        host = idna.encode(text, uts46=True, transitional=False).decode("ascii")
    except UnicodeError:  # the base class of idna's errors
        return None
    return host.removesuffix(".")


def _ip_literal(text: str) -> str | None:
    try:
        if ":" not in text:
            return f"[{IPv4Address(text)}]"
        address = IPv6Address(text[5:] if text[:5].lower() == "ipv6:" else text)
    except ValueError:
        return None
    if address.scope_id is not None:
        return None
    if address.ipv4_mapped is not None:
        # Python 3.13 writes these with dots, earlier versions do not; a key must not depend on it.
        number = int(address.ipv4_mapped)
        return f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    return f"[{address}]"
