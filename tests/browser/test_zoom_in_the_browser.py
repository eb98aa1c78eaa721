"""Connecting, adding, refusing, disconnecting and signing out, as people do it."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from simulator.world import NextAuthorization
from tests.browser.conftest import PHONE
from tests.browser.looks import barriers_of
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site

OpenPage = Callable[..., Page]


def message(page: Page) -> Locator:
    """What the page says after an action; what changes meanwhile is said in another place."""
    return page.get_by_role("status").and_(page.locator(".flash"))


def test_an_executive_connects_zoom_and_adds_another_account(site: Site, page_of: OpenPage) -> None:
    page = page_of("executive")
    page.get_by_role("link", name="Services").click()
    page.get_by_role("link", name="Connect Zoom").click()
    expect(page).to_have_url(f"{site.base}/services/zoom/overview")
    expect(message(page)).to_contain_text(f"Zoom account {ACCOUNTS[0]} is connected")
    expect(page.get_by_role("heading", name="Importing users")).to_be_visible()

    site.world.authorization = NextAuthorization(ACCOUNTS[1])
    page.get_by_role("link", name="Add Additional").click()
    expect(message(page)).to_contain_text(f"Zoom account {ACCOUNTS[1]} is connected")
    page.get_by_role("link", name="Connections").click()
    expect(page.get_by_role("heading", name=re.compile("Zoom account"))).to_have_count(2)


def test_a_member_is_refused_with_the_reason(site: Site, page_of: OpenPage) -> None:
    page = page_of("member")
    page.goto("/services/zoom/connect")
    expect(page.get_by_role("heading", name="You do not have permission")).to_be_visible()
    expect(page.get_by_text("Only Executives, Admins and Technical Admins")).to_be_visible()
    assert site.world.calls == []


def test_a_request_declined_in_zoom_is_explained_and_can_be_retried(
    site: Site, page_of: OpenPage
) -> None:
    site.world.asks_for_consent = True
    page = page_of("admin")
    page.goto("/services/zoom/connect")
    expect(page.get_by_role("heading", name="Allow WorkSights to access")).to_be_visible()
    assert barriers_of(page) == []
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("The request was declined")).to_be_visible()
    page.get_by_role("link", name="Open Services").click()
    page.get_by_role("link", name="Connect Zoom").click()
    page.set_viewport_size(PHONE)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_label(ACCOUNTS[1]).check()
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(f"{site.base}/services/zoom/overview")
    expect(message(page)).to_contain_text(f"Zoom account {ACCOUNTS[1]} is connected")


def test_disconnecting_asks_first_and_confirms_the_result(site: Site, page_of: OpenPage) -> None:
    site.connect("acme", ACCOUNTS[0])
    page = page_of("executive")
    page.get_by_role("link", name="Connections").click()
    page.get_by_role("link", name="Disconnect…").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Disconnect…").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(message(page)).to_contain_text("is disconnected")
    expect(page.get_by_role("heading", name="No Zoom account is connected")).to_be_visible()
    assert site.rows("select status from integration.connections") == [("disconnected",)]


def test_the_back_button_shows_no_page_after_signing_out(site: Site, page_of: OpenPage) -> None:
    page = page_of("executive")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{site.base}/signed-out")
    page.go_back()
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()


def test_everything_works_without_javascript(site: Site, page_of: OpenPage) -> None:
    site.connect("acme", ACCOUNTS[0])
    page = page_of("admin", java_script_enabled=False)
    page.goto("/services/zoom/connections")
    page.get_by_role("button", name="Import users now").click()
    expect(message(page)).to_contain_text("User import requested")


def test_no_page_is_wider_than_a_phone_and_none_breaks_the_policy(
    site: Site, page_of: OpenPage
) -> None:
    connection_id = site.connect("acme", ACCOUNTS[0])
    page = page_of("executive")
    page.set_viewport_size(PHONE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    tab = "/services/zoom/connections"
    wide = []
    for path in (
        "/services", "/account", "/services/zoom/overview", tab, f"{tab}/{connection_id}/disconnect"
    ):  # fmt: skip
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert (wide, said) == ([], [])


def test_the_first_tab_stop_skips_to_the_content(page_of: OpenPage) -> None:
    page = page_of("executive")
    page.goto("/services")  # the sign-in button had the focus
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
