"""The switches of the page Features in the browser: with the mouse, by keyboard alone, without
JavaScript, in the dark and on a phone.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.looks import barriers_of
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, user_id_of
from tests.web.page.switches import off_now
from tests.web.page.zoom_users import imported

OpenPage = Callable[..., Page]
FEATURES = "/services/zoom/features"
SAID = "[aria-live]"  # what a screen reader says of a switch that was pressed
MEMBER, MANAGER, OWNER = map(user_id_of, ("member", "manager", "owner"))
ON_ONE_LINE = """
    row => new Set([...row.querySelectorAll("[role=switch]")].map(
        one => Math.round(one.getBoundingClientRect().top)
    )).size === 1
"""


@pytest.fixture
def signed_in(site: Site, page_of: OpenPage) -> OpenPage:
    site.connect("acme", ACCOUNTS[0])
    imported(site, ACCOUNTS[0], zu_member="member@acme.example")

    def opened(**options: object) -> Page:
        page = page_of("admin", **options)
        page.goto(FEATURES)
        return page

    return opened


def test_a_switch_is_pressed_without_leaving_the_page(site: Site, signed_in: OpenPage) -> None:
    page = signed_in()
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("Select Manager of Acme").check()
    meetings = page.get_by_role("switch", name="Meetings for Member of Acme")
    meetings.dblclick()
    expect(meetings).not_to_be_checked()
    expect(meetings).to_be_focused()
    expect(page.locator(SAID)).to_have_text(
        "Meetings switched off for Member of Acme. It applies from now on."
    )
    expect(page.get_by_role("link", name="Switched off 1")).to_be_visible()
    assert off_now(site) == {(MEMBER, "meetings")}
    assert barriers_of(page) == []

    page.get_by_role("button", name="Undo").click()
    expect(page.locator(SAID)).to_have_text("Undone. Everything is as it was before.")
    expect(meetings).to_be_checked()
    expect(meetings).to_be_focused()
    for feature in ("Meetings", "Webinars"):  # one before the other is answered
        page.get_by_role("switch", name=f"{feature} for Owner of Acme").click()
    for feature in ("Meetings", "Webinars"):
        expect(page.get_by_role("switch", name=f"{feature} for Owner of Acme")).not_to_be_checked()
    assert off_now(site) == {(OWNER, "meetings"), (OWNER, "webinars")}
    page.get_by_role("switch", name="Phone calls for the organization").click()
    expect(page.get_by_role("cell", name="Off for the organization")).to_have_count(6)
    assert off_now(site) == {(OWNER, "meetings"), (OWNER, "webinars"), ("", "phone")}
    expect(page.get_by_label("Select Manager of Acme")).to_be_checked()
    assert page.evaluate("window.isTheSamePage")


def test_in_a_filtered_list_the_person_stays_until_the_next_page(
    site: Site, signed_in: OpenPage
) -> None:
    page = signed_in()
    page.get_by_role("switch", name="Webinars for Member of Acme").click()
    page.get_by_role("link", name="Without webinars 1").click()
    webinars = page.get_by_role("switch", name="Webinars for Member of Acme")
    webinars.click()
    expect(webinars).to_be_checked()
    expect(webinars).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(webinars).not_to_be_checked()
    assert off_now(site) == {(MEMBER, "webinars")}


def test_switches_work_with_the_keyboard_alone(site: Site, signed_in: OpenPage) -> None:
    page = signed_in()
    page.get_by_role("link", name="Member of Acme").focus()
    page.keyboard.press("Tab")
    meetings = page.get_by_role("switch", name="Meetings for Member of Acme")
    expect(meetings).to_be_focused()
    page.keyboard.press("Space")
    expect(meetings).not_to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(meetings).to_be_checked()
    expect(meetings).to_be_focused()
    assert off_now(site) == set()


def test_a_switch_of_somebody_who_was_signed_out_says_so(site: Site, signed_in: OpenPage) -> None:
    page = signed_in()
    site.rows("delete from integration.page_sessions")
    page.get_by_role("switch", name="Meetings for Member of Acme").click()
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    assert off_now(site) == set()


def test_several_people_are_switched_and_switched_back(site: Site, signed_in: OpenPage) -> None:
    page = signed_in()
    page.get_by_label("This page").check()
    expect(page.get_by_text("6 selected")).to_be_visible()
    page.get_by_label("Select Owner of Acme").uncheck()
    page.get_by_label("Feature", exact=True).select_option("All features")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("status")).to_contain_text("switched off for 5 people")
    assert len(off_now(site)) == 3 * 5
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_have_text("Undone. Everything is as it was before.")
    assert off_now(site) == set()


def test_everything_works_without_javascript(site: Site, signed_in: OpenPage) -> None:
    page = signed_in(java_script_enabled=False)
    expect(page.get_by_label("This page")).not_to_be_visible()
    page.get_by_role("switch", name="Meetings for Member of Acme").click()
    meetings = page.get_by_role("switch", name="Meetings for Member of Acme")
    expect(meetings).not_to_be_checked()
    page.get_by_role("button", name="Undo").click()
    expect(meetings).to_be_checked()

    page.get_by_label("Select Manager of Acme").check()
    page.get_by_label("When").select_option("From an earlier day…")
    page.get_by_role("button", name="Switch off").click()
    page.get_by_label("Effective from").fill("2026-03-10")
    page.get_by_role("button", name="Preview changes").click()
    page.get_by_role("button", name="Switch off from 10 Mar 2026").click()
    expect(page.get_by_role("status")).to_contain_text("1 person has no Zoom user yet")
    assert off_now(site) == {(MANAGER, "meetings")}
    page.goto("/services/zoom/overview/changes")
    expect(page.get_by_text("switched meetings off for 1 person, effective from")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("undid switching meetings off for 1 person")).to_be_visible()
    assert off_now(site) == set()


def test_on_a_phone_a_person_has_two_lines_in_the_dark_too(signed_in: OpenPage) -> None:
    page = signed_in(color_scheme="dark")
    page.set_viewport_size(PHONE)
    row = page.get_by_role("row").filter(has_text="Member of Acme")
    assert row.evaluate(ON_ONE_LINE)
    assert row.evaluate("row => row.offsetHeight") < 130
    page.get_by_role("switch", name="Meetings for Member of Acme").click()
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()
    assert barriers_of(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
