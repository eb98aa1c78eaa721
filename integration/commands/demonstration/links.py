"""The demo's sign-in links: one for each role, and for both managers."""

import sys
from pathlib import Path
from urllib.parse import quote

from integration.commands.demonstration.accounts import ORGANIZATION
from integration.commands.sign_in_link import create_link
from integration.settings import Settings

OVERVIEW, USERS = "/services/zoom/overview", "/services/zoom/users?show=unmapped"
# (role, email, page to open; None for the role's own first page)
PEOPLE: tuple[tuple[str, str, str | None], ...] = (
    ("Executive", "marcus.lindgren@acme-works.com", None),
    ("Owner", "olivia.hart@acme-works.com", None),
    ("Manager, Sales", "chloe.bennett@acme-works.com", None),
    ("Manager, Delivery", "ingrid.solheim@acme-works.com", None),
    ("Admin", "amara.obi@acme-works.com", OVERVIEW),
    ("Technical Admin", "jonas.becker@acme-works.com", USERS),
    ("Member", "liam.doyle@acme-works.com", None),
)


def lines_of_links(settings: Settings, url: str) -> list[str]:
    """Role and email on one line, the link on the next. These people are fictional, so the visitor
    is the user, not somebody else who made the link.
    """
    lines = []
    for role, email, path in PEOPLE:
        link = create_link(settings, url, email=email, organization=ORGANIZATION,
                           made_by=None)  # fmt: skip
        to = f"&next={quote(path, safe='/')}" if path else ""
        lines += [f"  {role:<18} {email}", f"    {link}{to}"]
    return lines


def program() -> str:
    """The command as it can be typed here: its path, if it is below the current directory."""
    path = Path(sys.executable).parent / "worksights-zoom"
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return path.name
