"""Timeline, Clients and Missing as people use them."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.web.page.site import Site

OpenPage = Callable[..., Page]
DAY = "2026-03-10"


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
    page.locator("summary").click()
    expect(page.get_by_role("table", name="Sessions behind the strength")).to_be_visible()
    page.get_by_role("link", name="Client One").click()
    expect(page).to_have_url(re.compile("/clients/companies/"))


def test_an_executive_finds_out_why_a_meeting_is_missing(story: Site, open_page: OpenPage) -> None:
    page = open_page(base_url=story.base, java_script_enabled=False)
    sign_in(page, story.link("executive"))
    page.get_by_role("link", name="Missing").click()
    page.get_by_label("From").fill(DAY)
    page.get_by_label("To up to 31 days").fill(DAY)
    page.get_by_label("Outcome").select_option("Missing only")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Salary round").click()
    page.get_by_role("link", name="Open Zoom user").click()
    expect(page).to_have_url(re.compile("/services/zoom/users/zu-stray"))
