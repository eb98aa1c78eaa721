"""Mapping a user manually and switching a feature in the browser, until the entries change."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from simulator.world import World
from tests.browser.conftest import sign_in
from tests.web.page.batched import Batched, batched_site
from tests.web.page.site import user_id_of

OpenPage = Callable[..., Page]
MANAGER, MEMBER = user_id_of("manager"), user_id_of("member")


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home")) as batched:
        yield batched


@pytest.fixture
def page(batched: Batched, open_page: OpenPage) -> Page:
    page = open_page(base_url=batched.site.base)
    sign_in(page, batched.site.link("admin"))
    return page


def test_a_user_mapped_manually_gets_the_entry_with_the_next_batch(
    batched: Batched, page: Page
) -> None:
    page.get_by_role("link", name="Map users").click()
    page.get_by_role("link", name="Stella Stranger").click()
    page.get_by_label("Find a WorkSights user").fill("manager@")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Manager of Acme").click()
    expect(page.get_by_text("Past sessions do not change. Sessions that end")).to_be_visible()

    page.get_by_label("Effective from").fill("2026-03-10")  # also chooses "From an earlier day"
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_role("cell", name="+1")).to_have_count(2)
    page.get_by_role("button", name="Map from 10 Mar 2026").click()
    expect(page.get_by_role("status")).to_contain_text("adds 2 entries")
    expect(page.get_by_text("Manual", exact=True)).to_be_visible()

    batched.batch()
    assert ("Plans", MANAGER) in batched.entries()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("mapped Zoom user Stella Stranger to Manager of Acme")).to_be_visible()
    expect(page.get_by_text("is not mapped")).to_have_count(0)


def test_a_feature_switched_off_and_on_from_an_earlier_day_removes_and_adds_entries(
    batched: Batched, page: Page
) -> None:
    before = batched.entries()
    for to, shown, says in (("off", "−1", "removes 1 entry"), ("on", "+1", "adds 1 entry")):
        page.goto("/services/zoom/features")
        page.get_by_role("link", name="Member of Acme").click()
        page.get_by_role("link", name=f"Switch {to} from an earlier day… Meetings").click()
        page.get_by_label("Effective from").fill("2026-03-10")
        page.get_by_role("button", name="Preview changes").click()
        expect(page.get_by_role("cell", name=shown)).to_be_visible()
        page.get_by_role("button", name=f"Switch {to} from 10 Mar 2026").click()
        expect(page.get_by_role("status")).to_contain_text(says)
        batched.batch()
        assert (("Plans", MEMBER) in batched.entries()) == (to == "on")
    assert batched.entries() == before


def test_a_day_before_the_connection_is_refused_with_the_reason(
    page: Page,
) -> None:
    page.goto(f"/services/zoom/features/users/{MEMBER}/change?feature=phone&to=off")
    page.locator("form.from-when").evaluate("form => form.noValidate = true")
    page.get_by_label("Effective from").fill("2024-06-01")
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Zoom was connected on 1 January 2025")
    expect(page.get_by_role("button", name="Switch off")).to_have_count(0)


def test_dates_are_written_as_the_language_of_the_browser_writes_them(
    batched: Batched, page: Page, open_page: OpenPage
) -> None:
    american = open_page(base_url=batched.site.base, locale="en-US")
    sign_in(american, batched.site.link("executive"))
    american.goto(f"/services/zoom/features/users/{MEMBER}/change?feature=phone&to=off")
    american.get_by_label("Effective from").fill("2026-03-10")
    american.get_by_role("button", name="Preview changes").click()
    american.get_by_role("button", name="Switch off from Mar 10, 2026").click()
    expect(american.get_by_role("status")).to_contain_text("It applies from Mar 10, 2026.")
    changes = "/services/zoom/overview/changes"
    for reader, day in ((american, "Mar 10, 2026"), (page, "10 Mar 2026")):
        reader.goto(changes)
        switched = reader.locator("li", has_text="switched phone calls off for Member of Acme")
        expect(switched.first).to_contain_text(f"effective from {day}")
