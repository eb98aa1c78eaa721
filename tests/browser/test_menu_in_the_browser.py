"""On a phone, the pages are a menu that needs no script; on a desktop, they are always shown."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import WATCH_SHIFTS, barriers_of
from tests.web.page.site import Site

CURRENT = "[aria-current=page]"


@pytest.fixture
def phone(site: Site, page_of: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a page as an Executive, who sees all of the menu, on a phone."""
    site.connect("acme", "AcmeZoomAccount0000000")

    def opened(**options: object) -> Page:
        page = page_of("executive", has_touch=True, **options)
        page.add_init_script(WATCH_SHIFTS)
        page.set_viewport_size(PHONE)
        return page

    return opened


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_opens_and_leads_to_a_page(phone: Callable[..., Page], scripts: bool) -> None:
    page = phone(java_script_enabled=scripts)
    page.goto("/timeline")
    menu = page.get_by_role("navigation", name="Pages")
    summary = menu.locator("summary")
    expect(summary).to_have_text("Menu, current page: Timeline")
    expect(menu.get_by_role("link", name="Clients")).to_be_hidden()
    summary.tap()
    expect(menu.get_by_role("link")).to_have_count(12)
    for name in ("Team", "Clients", "Missing", "People and domains", "Privacy"):
        expect(menu.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
    expect(menu.locator(CURRENT)).to_have_text("Timeline")
    with page.expect_navigation():
        menu.get_by_role("link", name="People and domains").tap()
    expect(page.get_by_role("heading", name="People and domains", level=1)).to_be_visible()
    expect(summary).to_have_text("Menu, current page: People and domains")
    expect(menu.get_by_role("link", name="Clients")).to_be_hidden()


def test_the_keyboard_opens_and_closes_the_menu(phone: Callable[..., Page]) -> None:
    page = phone()
    page.goto("/account")
    summary = page.locator(".menu summary")
    expect(summary).to_have_text("Menu")  # the account is no page of the menu
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Team")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(summary).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name="Team")).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('nav')") is None


def test_an_open_menu_has_no_barrier_and_nothing_is_wider_than_the_phone(
    phone: Callable[..., Page],
) -> None:
    page = phone()
    for address in ("/services/zoom/overview", "/account", "/missing"):
        page.goto(address)
        page.locator(".menu summary").click()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert (address, barriers_of(page)) == (address, [])
        assert page.evaluate("window.shifted") == 0


def test_on_a_desktop_there_is_no_menu_to_open(phone: Callable[..., Page]) -> None:
    page = phone()
    for width in (641, DESKTOP["width"]):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/timeline")
        expect(page.locator(".menu summary")).to_be_hidden()
        expect(page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(12)
        expect(page.get_by_role("link", name="People and domains")).to_be_visible()
    page.set_viewport_size({"width": 640, "height": 900})
    expect(page.locator(".menu summary")).to_be_visible()
