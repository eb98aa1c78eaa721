"""The exclusions of an organization: what they mean, and which of them are never stored (contract,
5.17).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psycopg

from integration.database import rows
from integration.identity.cleaning import cleaned, cleaned_email
from integration.privacy.texts import digits_of, keys_in

KINDS = ("email_or_domain", "phone_number", "zoom_user", "meeting_number")
LEVELS = ("hide", "never_store")


@dataclass(frozen=True)
class Exclusion:
    """`written` is what was entered, `subject` what it means: None if it means nothing."""

    exclusion_id: int
    organization_id: str
    kind: str
    written: str

    @property
    def subject(self) -> str | None:
        return subject_of(self.kind, self.written)


def subject_of(kind: str, written: str) -> str | None:
    """What a text of this kind excludes: an address or domain, the digits of a number, an id. None
    if it is not of this kind.
    """
    match kind:
        case "email_or_domain":
            return cleaned(written)
        case "phone_number":
            return digits_of(written)
        case "meeting_number":
            digits = re.sub(r"[\s-]", "", written)
            return digits if digits.isascii() and digits.isdigit() else None
    return written.strip() or None


def never_stored(
    connection: psycopg.Connection, organizations: Collection[str] | None = None
) -> list[Exclusion]:
    """The exclusions that are never stored, of these organizations or of all."""
    return rows.every(
        connection,
        Exclusion,
        """
        select exclusion_id, organization_id, kind, email_or_domain as written
        from integration.exclusions
        where level = 'never_store'
            and (%(organizations)s::text[] is null or organization_id = any(%(organizations)s))
        order by exclusion_id
        """,
        {"organizations": None if organizations is None else sorted(organizations)},
    )


def keys_excluded(exclusion: Exclusion, texts: Iterable[str | None]) -> set[str]:
    """The person keys of the addresses in these texts that an exclusion of an address or domain
    applies to.
    """
    if exclusion.kind != "email_or_domain" or exclusion.subject is None:
        return set()
    return {
        key
        for text in texts
        for key in keys_in(text)
        if any(_matches(address, exclusion.subject) for address in (key, cleaned_email(text)))
    }


def _matches(address: str | None, subject: str) -> bool:
    """Whether the subject is the address, its domain or a domain above that."""
    if address is None:
        return False
    host = address.rpartition("@")[2]
    return subject in (address, host) or host.endswith(f".{subject}")
