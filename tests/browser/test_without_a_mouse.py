"""The page by keyboard alone, and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, user_id_of

OpenPage = Callable[..., Page]
USERS, FEATURES = "/services/zoom/users", "/services/zoom/features"
STOPS = "a[href]:not([tabindex='-1']), button, select, summary, input:not([type='hidden'])"
# A date has a stop for each part; the last one is the button of its calendar, not the field. In a
# group of radio buttons only the chosen one is a stop.
WHERE = """
    stops => {
        const here = document.activeElement, outline = getComputedStyle(here);
        const usable = [...document.querySelectorAll(stops)].filter(
            one => one.checkVisibility() && !(one.type === "radio" && !one.checked)
        );
        return {
            at: usable.indexOf(here),
            all: usable.length,
            seen: outline.outlineStyle !== "none" && parseFloat(outline.outlineWidth) >= 2,
        };
    }
"""


@pytest.fixture
def signed_in(site: Site, page_of: OpenPage) -> Callable[..., Page]:
    """Opens a page as an Admin. One Zoom user is imported and not mapped."""
    site.connect("acme", ACCOUNTS[0])
    site.rows(
        "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, imported_at, "
        "batch, email, display_name, status) values ('acme', %s, 'zu-stella', now(), 0, "
        "'stella@elsewhere.example', 'Stella Stranger', 'active')",
        ACCOUNTS[0],
    )
    return lambda **options: page_of("admin", **options)


def test_the_tab_key_reaches_every_control_and_shows_the_focus(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in()
    for path in (USERS, f"{USERS}/zu-stella/change?to=nobody", FEATURES, "/timeline", "/missing"):
        page.goto(path)
        visited, seen, everything = [], set(), 1
        while not visited or visited[-1] < everything - 1:
            page.keyboard.press("Tab")
            where = page.evaluate(WHERE, STOPS)
            everything = where["all"]
            if visited[-1:] != [where["at"]]:
                visited.append(where["at"])
            if where["seen"]:
                seen.add(where["at"])
            assert len(visited) <= everything
        assert (path, visited, sorted(seen)) == (path, [*range(everything)], [*range(everything)])


def test_slash_moves_to_the_search_field_unless_something_is_being_typed(
    signed_in: Callable[..., Page],
) -> None:
    page = signed_in()
    page.goto("/missing")
    field = page.get_by_label("Find anything")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.get_by_label("Person").press("/")
    expect(page.get_by_label("Person")).to_have_value("/")
    page.keyboard.press("Escape")
    page.goto("/services/zoom/privacy/exclusions")
    page.get_by_label("What", exact=True).press("/")
    expect(page.get_by_label("Find anything")).not_to_be_focused()


def test_mapping_switching_and_searching_work_without_javascript(
    site: Site, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(java_script_enabled=False)
    page.goto(USERS)
    page.get_by_label("Find anything").fill("member of")
    page.get_by_label("Find anything").press("Enter")
    expect(page.get_by_role("link", name="Member of Acme")).to_be_visible()
    page.goto(USERS)
    page.get_by_label("Search").fill("STELLA")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Stella Stranger").click()
    page.get_by_label("Find a WorkSights user").fill("manager@")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Manager of Acme").click()
    page.get_by_label("From an earlier day").check()
    page.get_by_label("Effective from").fill("2026-03-10")
    page.get_by_role("button", name="Preview changes").click()
    page.get_by_role("button", name="Map from 10 Mar 2026").click()
    expect(page.get_by_role("status")).to_contain_text("Mapping saved")

    page.goto(FEATURES)
    page.get_by_role("switch", name="Webinars for the organization").click()
    expect(page.get_by_role("status")).to_contain_text("Webinars switched off")

    assert site.rows("select zoom_user_id, user_id from integration.mapping_changes") == [
        ("zu-stella", user_id_of("manager"))
    ]
    assert site.rows("select feature, is_on from integration.subscription_changes") == [
        ("webinars", False)
    ]
