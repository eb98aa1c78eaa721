"""Sentences name the roles that have a right, from the table of rights."""

import re

import pytest

from integration.directory.rights import ROLE_NAMES, Right, someone_who_may, who_may
from integration.explain.outcomes import Page
from integration.settings import PROJECT
from integration.web.missing.fixes import LINKS, RIGHTS_NEEDED
from integration.web.pages import PAGES


def test_roles_are_listed_in_words() -> None:
    assert [who_may(right) for right in (Right.CONNECT, Right.CHANGE_SETTINGS)] == [
        "Executives, Admins and Technical Admins",
        "Executives, Owners, Admins and Technical Admins",
    ]
    assert [someone_who_may(right) for right in (Right.CONNECT, Right.CHANGE_SETTINGS)] == [
        "an Executive, Admin or Technical Admin",
        "an Executive, Owner, Admin or Technical Admin",
    ]


def test_no_template_writes_a_role_out() -> None:
    name_of_a_role = re.compile(rf"\b({'|'.join(ROLE_NAMES.values())})s?\b")
    found = [
        f"{path.name}: {name}"
        for path in sorted((PROJECT / "integration/web").rglob("*.html"))
        for name in name_of_a_role.findall(path.read_text())
    ]
    assert found == []


# What takes the next step: the addresses of the routes.
STEPS: dict[Page, str] = {
    "users": "/services/zoom/users/{zoom_user_id}/change",
    "features": "/services/zoom/features/users/{user_id}/change",
    "connections": "/services/zoom/connect",
}


@pytest.mark.parametrize("page", LINKS)
def test_the_page_missing_sends_to_someone_who_can_take_the_next_step(page: Page) -> None:
    rights = {route.right for route in PAGES if route.path == STEPS[page]}
    assert rights == {RIGHTS_NEEDED[page]}
