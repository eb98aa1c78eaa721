"""A team's week as a leader uses it: at a desk, on a phone, without scripts, printed."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, sign_in
from tests.web.page.site import Site, user_id_of

OpenPage = Callable[..., Page]
WEEK = "/team?week=2026-W11"


def test_a_leader_lands_on_the_team_and_goes_on_to_a_day_and_a_company(
    story: Site, open_page: OpenPage
) -> None:
    page = open_page(base_url=story.base, java_script_enabled=False)
    sign_in(page, story.link("executive"))
    expect(page).to_have_url(f"{story.base}/team")
    page.get_by_label("Week of").fill("2026-03-18")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("link", name="‹ Previous week").click()
    expect(page.get_by_role("heading", name="Team, 9 – 13 March")).to_be_visible()
    page.get_by_role("link", name="Hours").click()
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Member of Acme")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Hours")
    strip = "Tue: 2 h 25 min, 1 h 15 min with external people"
    expect(first.get_by_role("img", name=strip)).to_be_visible()
    first.get_by_role("link", name="Member of Acme").click()
    expect(page.get_by_role("heading", name="Member of Acme")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Client Two").click()
    expect(page).to_have_url(re.compile("/clients/companies/"))
    page.go_back()
    page.get_by_role("link", name="Month").click()
    expect(page.get_by_role("heading", name="Team, March 2026")).to_be_visible()


def test_on_a_phone_the_days_of_a_person_are_one_strip(story: Site, open_page: OpenPage) -> None:
    page = open_page(base_url=story.base)
    sign_in(page, story.link("owner"))
    page.set_viewport_size(PHONE)
    page.goto(WEEK)
    card = page.locator("tbody tr", has_text="Member of Acme")
    boxes = [strip.bounding_box() for strip in card.locator(".strip-day").all()]
    assert len({round(box["y"]) for box in boxes}) == 1
    assert sum(box["width"] for box in boxes) > 300
    external, inside = (
        card.locator(path).first.bounding_box() for path in (".strip-external", ".strip-inside")
    )
    assert external["height"] > 2 * inside["height"]


def test_a_printed_week_has_the_people_and_no_forms(story: Site, open_page: OpenPage) -> None:
    page = open_page(base_url=story.base)
    sign_in(page, story.link("owner"))
    page.goto(f"{WEEK}&team={user_id_of('owner')}")
    expect(page.get_by_role("heading", name="No one reports to")).to_be_visible()
    page.goto(WEEK)
    page.emulate_media(media="print")
    expect(page.get_by_label("Week of")).to_be_hidden()
    expect(page.get_by_role("link", name="Member of Acme")).to_be_visible()
