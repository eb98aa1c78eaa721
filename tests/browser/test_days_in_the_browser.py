"""A full day, odd days and a week of the timeline: seen, printed, and chosen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from simulator.world import World
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import WATCH_SHIFTS, look_at
from tests.patience import PATIENCE
from tests.web.page.batched import Batched
from tests.web.page.days import ARABIC_TOPIC, GUESTS, LONG_TOPIC, site_with_days
from tests.web.page.site import user_id_of

FULL, WEEK = "/timeline?day=2026-03-10", "/timeline?week=2026-03-10"
TWELVE_AT_ONCE, NIGHT = "/timeline?day=2026-03-05", "/timeline?day=2026-03-03"
LONGER_THAN_THE_DAY = "/timeline?day=2026-02-14"  # of the Executive
PAPERS = ("A4", "Letter")
# The words of each block: their text, how they end, and whether they are within the picture.
WORDS = """
    blocks => blocks.map(block => {
        const words = [...block.querySelectorAll("foreignObject p")];
        const frame = block.closest(".track").getBoundingClientRect();
        return {
            title: block.querySelector("title").textContent,
            text: words.map(one => one.textContent.trim().replace(/\\s+/g, " ")),
            ends: words.every(one => getComputedStyle(one).textOverflow === "ellipsis"),
            within: words.every(one => one.getBoundingClientRect().right <= frame.right),
        };
    })
"""


@pytest.fixture(scope="module")
def days(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with site_with_days(server_url, zoom, tmp_path_factory.mktemp("home")) as days:
        yield days


@pytest.fixture(scope="module")
def context(days: Batched, browser: Browser) -> Iterator[BrowserContext]:
    """Where the member is signed in."""
    with browser.new_context(base_url=days.site.base, viewport=DESKTOP) as context:
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(WATCH_SHIFTS)
        with context.new_page() as page:
            sign_in(page, days.site.link("member"))
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with context.new_page() as page:
        yield page


def test_blocks_say_first_what_the_session_was_about(page: Page) -> None:
    page.goto(FULL)
    words = page.locator(".track-day a").evaluate_all(WORDS)
    assert [" / ".join(one["text"]) for one in words] == [
        "Open house / 08:00 – 09:00 · host · 30 external",
        "Stand-up 09:15 – 09:30",
        "Launch / 10:00 – 11:00 · host · 1 external",
        "Call with Owen Price 11:45 – 11:53",
        "Quarterly review · Wideworldimporters +1 / 12:00 – 12:35 · host · 3 external",
        "Dropped 13:30 – 13:30",
        "Plans / 14:00 – 15:00 · host · 1 external",
        f"{LONG_TOPIC} / 16:00 – 16:40 · attendee",
        f"{ARABIC_TOPIC} · Wideworldimporters / 16:20 – 17:00 · host · 1 external",
        "A scheduled meeting 17:30 – 17:52",
    ]
    assert [one["title"] for one in words if not (one["ends"] and one["within"])] == []
    assert page.locator(".track-day .handset").count() == 1
    assert page.locator(".track-day .block-edge-outside").count() == 6
    assert page.get_by_text("Call · Zoom").is_visible()


def test_the_picture_shows_the_hours_of_the_day_and_not_the_night(page: Page) -> None:
    page.goto(FULL)
    hours = page.locator(".track-hours text").all_text_contents()
    assert (hours[0].strip()[:2], hours[-1].strip()[:2]) == ("07", "19")
    hour_long = page.locator(".track-day a", has_text="Open house").locator(".block")
    assert hour_long.bounding_box()["height"] > 50


def test_a_webinars_people_are_not_all_listed(page: Page) -> None:
    page.goto(FULL)
    webinar = page.locator("#entry-1")
    assert webinar.locator("dd li").count() == 25
    expect(webinar).to_contain_text(f"and {len(GUESTS) + 1 - 25} more")
    review = page.locator("#entry-5").locator("dd li").all_inner_texts()
    assert review == [
        "Alice Fischer, Wideworldimporters", "Nadia Rahman, Wideworldimporters",
        "Owen Price, Contoso", "Manager of Acme",
    ]  # fmt: skip


@pytest.mark.parametrize("path", [FULL, WEEK, "/timeline?day=2026-11-2"])
def test_axe_finds_nothing_on_a_phone_in_the_dark(
    days: Batched, browser: Browser, context: BrowserContext, path: str
) -> None:
    options = {"viewport": PHONE, "color_scheme": "dark", "base_url": days.site.base}
    with browser.new_context(**options, storage_state=context.storage_state()) as dark:
        dark.add_init_script(WATCH_SHIFTS)
        with dark.new_page() as page:
            look = look_at(page, path)
            assert (look.barriers, look.said, look.shifted) == ([], [], 0)
            assert look.wider_by <= 0
            if path == WEEK:  # is a list of days
                expect(page.locator(".week-track .track")).to_be_hidden()
                expect(page.get_by_role("link", name="Quarterly review")).to_be_visible()


@pytest.mark.parametrize("path", [FULL, TWELVE_AT_ONCE, NIGHT])
def test_a_day_is_printed_on_one_page_with_the_name(page: Page, path: str) -> None:
    page.goto(path)
    printed = [page.pdf(format=paper, print_background=False) for paper in PAPERS]
    assert [len(re.findall(rb"/Type\s*/Page\b", one)) for one in printed] == [1, 1]
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your day: Member of Acme")
    for shown in (".track", "#entry-1"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in (".pickers", ".day-moves", ".week", ".top", ".side"):
        expect(page.locator(hidden)).to_be_hidden()


def test_a_chosen_day_is_shown_at_once_and_a_typed_one_with_enter(page: Page) -> None:
    page.goto(FULL)
    expect(page.get_by_role("button", name="Go")).to_be_hidden()
    field = page.get_by_label("Day", exact=True)
    field.fill("2026-03-05")  # as the calendar does
    expect(page).to_have_url(re.compile("day=2026-03-05"))
    expect(page.get_by_role("heading", name="12 entries")).to_be_visible()
    page.get_by_label("Day", exact=True).press("ArrowUp")
    expect(page).to_have_url(re.compile("day=2026-03-05"))
    page.get_by_label("Day", exact=True).press("Enter")
    expect(page).not_to_have_url(re.compile("day=2026-03-05"))


def test_without_scripts_the_fields_have_buttons(
    days: Batched, browser: Browser, context: BrowserContext
) -> None:
    options = {"java_script_enabled": False, "base_url": days.site.base}
    with browser.new_context(**options, storage_state=context.storage_state()) as plain:
        page = plain.new_page()
        page.goto(WEEK)
        page.get_by_label("Week", exact=True).fill("2026-03-05")
        page.get_by_role("button", name="Go").click()
        expect(page).to_have_url(re.compile("week=2026-03-05"))
        page.get_by_role("link", name="Back to Thu 5").click()
        expect(page.get_by_role("heading", name="12 entries")).to_be_visible()


def test_an_entry_of_many_days_is_clipped_to_each_of_them(days: Batched) -> None:
    visitor = days.site.visitor("executive")
    page = " ".join(visitor.get(LONGER_THAN_THE_DAY).text.split())
    assert "Started on Thu 29 Jan. Continued until Sun 1 Mar. 24 h on this day." in page
    assert re.findall(r'<svg x="0.0%" y="(\d+)" width="100.0%" height="(\d+)"', page) == [
        ("0", str(24 * 56))
    ]
    night = visitor.get(f"/timeline/{user_id_of('member')}{NIGHT.removeprefix('/timeline')}").text
    assert "Started the day before." in night
