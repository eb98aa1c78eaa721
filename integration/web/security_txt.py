"""`/.well-known/security.txt` (RFC 9116): where anyone can report a vulnerability."""

import re
from datetime import timedelta

from starlette.responses import PlainTextResponse, Response

from integration.directory.rights import Right
from integration.settings import Settings, SettingsError
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit

PATH = "/.well-known/security.txt"
# After this time, a copy of the file is out of date. The RFC recommends less than a year.
VALID = timedelta(days=180)
_EMAIL = re.compile(r"[^\s@<>:]+@[^\s@<>:]+")
_PAGE = re.compile(r"https://[!-~]+")


def contact_uri(settings: Settings) -> str:
    """The contact as a URI, or "" if none is set. SettingsError if the file cannot contain it."""
    contact = settings.get("SECURITY_CONTACT")
    if _EMAIL.fullmatch(contact) and contact.isascii():
        return f"mailto:{contact}"
    if contact and not _PAGE.fullmatch(contact):
        raise SettingsError(
            "SECURITY_CONTACT must be an email address such as security@example.com, or the "
            "https:// address of a page."
        )
    return contact


def security_txt(visit: Visit) -> Response:
    contact = contact_uri(visit.settings)
    if not contact:
        raise not_found()
    lines = [
        f"Contact: {contact}",
        f"Expires: {(visit.now + VALID).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en",
        f"Canonical: {visit.settings.public_url}{PATH}",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


PAGES = (PageRoute(PATH, security_txt, right=Right.ANYONE, shows=Shows.NOBODY),)
