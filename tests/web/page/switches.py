"""The switches of the page Features, as a visitor presses them."""

import re
from html import unescape

from tests.web.page.site import Site, Visitor

TAB = "/services/zoom/features"
A_SWITCH = re.compile(r"<button form=\"press\".*?</button>")
Row = tuple[str | None, str, bool]  # user (None: the organization), feature, whether it is on


def states_in_words(page: str) -> str:
    """The page with "On" and "Off" in the place of its switches."""
    return A_SWITCH.sub(lambda found: "On" if 'aria-checked="true"' in found[0] else "Off", page)


def press(visitor: Visitor, to: str, feature: str, user_id: str = "", **fields: str) -> str:
    """Presses the button; returns the address that it leads to."""
    answer = visitor.post(f"{TAB}/press", {"press": f"{to} {feature} {user_id}", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def said(visitor: Visitor, path: str = TAB) -> str:
    """The message on the next page."""
    found = re.search(r'role="status">(.*?)</p>', visitor.get(path).text)
    return unescape(found[1]) if found else ""


def undo_form(page: str) -> list[tuple[str, str]]:
    """The fields of the page's first button Undo, without the session's token."""
    form = re.search(r'<form method="post" action="[^"]*/undo">(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])
    return [(name, unescape(value)) for name, value in fields if name != "csrf_token"]


def undo(visitor: Visitor, path: str = TAB) -> str:
    """Presses Undo on this page; returns the message of the page that it leads to."""
    answer = visitor.post(f"{TAB}/undo", undo_form(visitor.get(path).text))
    assert answer.status_code == 303, answer.text
    return said(visitor, answer.headers["location"])


def off_now(site: Site) -> set[tuple[str, str]]:
    """(user, feature) of what is off; the user "" is the organization."""
    return set(
        site.rows(
            "select subject, value from facts.switches_off "
            "where organization_id = 'acme' and valid @> now()"
        )
    )
