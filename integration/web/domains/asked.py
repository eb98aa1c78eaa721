"""What a form of People and domains asks for."""

from collections.abc import Callable
from dataclasses import dataclass

from integration.identity.cleaning import cleaned_domain
from integration.identity.domains import readable_domain
from integration.identity.hosts import as_unicode
from integration.zoom.texts import is_longer

LONGEST_DOMAIN, LONGEST_NAME = 320, 400  # bytes, as in the database
NAMES = ("do", "domain", "name", "into", "rule", "value", "table", "key")


class InvalidChange(Exception):
    """A field has a value that cannot be used; the message is for the person who entered it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """The fields as they were entered. `do` is what is to be changed."""

    do: str = ""
    domain: str = ""
    name: str = ""
    into: str = ""
    rule: str = ""
    value: str = ""
    table: str = ""
    key: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What the form that saves sends again."""
        return {name: value for name in NAMES if (value := getattr(self, name))}


def asked_in(read: Callable[[str], str]) -> Asked:
    return Asked(**{name: read(name) for name in NAMES})


def domain_in(text: str, *, field: str = "domain") -> str:
    """The domain in a text as people write it; InvalidChange if there is none."""
    if not text:
        raise InvalidChange(field, "Enter a domain such as acme.com.")
    if is_longer(text, LONGEST_DOMAIN):
        raise InvalidChange(field, "This is too long for a domain.")
    domain = cleaned_domain(text)
    if domain is not None and "." in domain:
        return domain
    _, at, after = text.rpartition("@")
    if at and (meant := cleaned_domain(after)):
        raise InvalidChange(field, f"Enter only the domain, the part after the @: {meant}.")
    if domain is not None:
        raise InvalidChange(field, f"“{text}” has no dot. Enter a domain such as acme.com.")
    try:
        readable_domain(text)
    except ValueError as error:
        raise InvalidChange(field, str(error)) from error
    raise InvalidChange(field, "This is not a domain. Enter a domain such as acme.com.")


def shown_domain(domain: str) -> str:
    """A domain as people read it, with what a computer reads if that differs."""
    in_unicode = as_unicode(domain)
    return domain if in_unicode == domain else f"{in_unicode} ({domain})"
