"""Parses typed domains into one spelling, or raises an error with a message for the user."""

import unicodedata

from integration.identity.address import INVISIBLE, SPACES
from integration.identity.host_facts import host_facts
from integration.identity.hosts import is_ip_literal, read_host


def read_domain(text: str) -> str | None:
    """A typed domain in A-labels; None when it is not a domain."""
    host = read_host(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip(SPACES))
    return None if host is None or is_ip_literal(host) else host


def readable_domain(text: str) -> str:
    """A typed domain in A-labels; ValueError with a message for the person who typed it."""
    domain = read_domain(text)
    if domain is None:
        if "@" in text:
            raise ValueError("Enter only the domain, the part after the @.")
        if "/" in text:
            raise ValueError("Enter only the domain, such as acme.com, not a web address.")
        raise ValueError("This is not a domain. Enter a domain such as acme.com.")
    return domain


def refuse_own_domain(domain: str) -> None:
    """Raises ValueError with a message when many organizations share the domain."""
    name = readable_domain(domain)
    if why := host_facts(name).why_shared():
        raise ValueError(f"{name} cannot be one of your own domains because it {why}.")
