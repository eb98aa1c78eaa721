"""Timeline, Clients and Missing as people use them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import WATCH_SHIFTS, Look, look_at
from tests.web.page.site import Site

OpenPage = Callable[..., Page]
DAY = "2026-03-10"
GOOD = Look(status=200, barriers=[], foreign=[], said=[], wider_by=0, shifted=0, broken=[])


def test_an_entry_in_the_picture_leads_to_the_person_and_their_company(
    story: Site, open_page: OpenPage
) -> None:
    page = open_page(base_url=story.base)
    sign_in(page, story.link("owner"))
    page.goto(f"/timeline?day={DAY}")
    page.get_by_label("Person").fill("member@acme.example")
    page.get_by_label("Person").press("Enter")
    expect(page.get_by_role("heading", name="Member of Acme")).to_be_visible()
    page.locator(".track-day a").first.click()
    expect(page.locator("#entry-1")).to_be_in_viewport()
    page.get_by_role("link", name="Cleo Client").click()
    page.locator("main summary").click()
    expect(page.get_by_role("table", name="Sessions behind the strength")).to_be_visible()
    page.get_by_role("link", name="Client One").click()
    expect(page).to_have_url(re.compile("/clients/companies/"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_one_click_leads_from_what_is_missing_to_the_fix(
    size: dict[str, int], story: Site, open_page: OpenPage
) -> None:
    page = open_page(base_url=story.base, java_script_enabled=False)
    page.set_viewport_size(size)
    sign_in(page, story.link("executive"))
    if size == PHONE:
        page.locator(".menu summary").click()
    page.get_by_role("link", name="Missing").click()
    page.get_by_label("From").fill(DAY)
    page.get_by_label("To up to 31 days").fill(DAY)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Can still be added")).to_be_visible()
    card = page.get_by_role("article").filter(has_text="Not mapped: 1 session of 1 Zoom user")
    expect(card).to_contain_text("Stray Stone")
    card.get_by_role("link", name="Map").click()
    expect(page).to_have_url(re.compile("/services/zoom/users/zu-stray"))
    page.go_back()
    card.get_by_role("link", name="1 session of Stray Stone").click()
    page.get_by_role("link", name="Salary round").click()
    expect(page.get_by_text("was not mapped to a WorkSights user")).to_be_visible()
    page.locator(".back a").click()
    page.get_by_role("list", name="Outcomes").get_by_role("link", name="On the timeline").click()
    expect(page.get_by_role("link", name="Side talk")).to_be_visible()


def test_where_nothing_is_missing_the_page_leads_to_what_is_there(
    story: Site, open_page: OpenPage
) -> None:
    page = open_page(base_url=story.base, java_script_enabled=False)
    sign_in(page, story.link("member"))
    page.goto(f"/missing?from={DAY}&to={DAY}")
    expect(page.get_by_role("heading", name="Nothing is missing")).to_be_visible()
    page.get_by_role("link", name="Show them").click()
    expect(page.get_by_role("link", name="Side talk")).to_be_visible()


def test_missing_by_cause_is_without_barriers_on_a_phone_in_the_dark(
    story: Site, open_page: OpenPage
) -> None:
    page = open_page(base_url=story.base, color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.add_init_script(WATCH_SHIFTS)
    sign_in(page, story.link("executive"))
    for asked in ("from=2026-02-10&to=2026-03-10", "from=2026-05-01&to=2026-05-20"):
        assert look_at(page, f"/missing?{asked}") == GOOD
