"""What a leader sees, corrects, downloads and asks for on the pages of the team, the clients, the
timeline, the search and missing sessions, in one tab.
"""

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import BROKEN_WORDS
from tests.patience import PATIENCE
from tests.web.page.site import Site, user_id_of

COMPANIES = "/clients?period=all&sort=name"
WEEK = "/team?week=2026-W11"
MARCH = "from=2026-03-10&to=2026-03-10"
# How a link looks: its colour, and what could make it look disabled.
INK = """
    link => {
        const style = getComputedStyle(link);
        return [style.color, style.fontStyle, style.opacity, style.textDecorationLine].join();
    }
"""
# Makes the table of people and companies as large as it gets: twelve of each, all tied.
TWELVE_BY_TWELVE = """
    table => {
        const cell = table.querySelector("td .heat").closest("td");
        const repeat = (row, last) => {
            while (row.cells.length < 13) row.append(last.cloneNode(true));
        };
        for (const row of table.tBodies[0].rows) {
            for (const empty of row.querySelectorAll("td.heat-none")) {
                empty.replaceWith(cell.cloneNode(true));
            }
            repeat(row, cell);
        }
        for (const row of [table.tHead.rows[0], table.tFoot.rows[0]]) {
            repeat(row, row.cells[row.cells.length - 1]);
        }
        for (const known of table.querySelectorAll("tfoot td")) known.textContent = "12 people";
        while (table.tBodies[0].rows.length < 12) {
            table.tBodies[0].append(table.tBodies[0].rows[0].cloneNode(true));
        }
        [...table.tHead.rows[0].cells].slice(1).forEach((head, number) => {
            head.querySelector("bdi").textContent = `Wide World Importers ${number}`;
        });
    }
"""
# The numbers that are cut, hidden, or smaller than the rest of a page's text may be.
UNREADABLE = """
    cells => cells.filter(cell => {
        const box = cell.getBoundingClientRect();
        const size = parseFloat(getComputedStyle(cell).fontSize);
        return box.width < 30 || box.height < 24 || size < 14 || cell.scrollWidth > box.width;
    }).length
"""
# What belongs to the machinery: its programs, tables and commands.
MACHINERY = re.compile(
    r"dagster|\bdbt\b|worksights-zoom|\bbatch|"
    r"\b(integration|operations|timeline|clientsights|worksights|zoom_raw|pipeline)\.[a-z]",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def page(story: Site, browser: Browser) -> Iterator[Page]:
    """The tab in which an Executive is signed in."""
    with browser.new_context(base_url=story.base, viewport=DESKTOP) as context:
        context.set_default_timeout(PATIENCE * 1000)
        tab = context.new_page()
        sign_in(tab, story.link("executive"))
        yield tab


@pytest.fixture(autouse=True)
def _at_a_desk(page: Page) -> None:
    page.set_viewport_size(DESKTOP)


def downloaded(page: Page, button: Locator) -> list[list[str]]:
    """The lines of the CSV file that this link downloads. The page stays."""
    address = page.url
    with page.expect_download() as download:
        button.click()
    file = download.value
    assert re.fullmatch(r"[\w.-]+\.csv", file.suggested_filename)
    assert page.url == address
    with file.path().open(encoding="utf-8-sig", newline="") as text:
        return [*csv.reader(text)]


def names(page: Page, table: str) -> list[str]:
    """The first words of each row of a table: its link."""
    rows = page.get_by_role("table", name=table).locator("tbody th[scope=row] a")
    return rows.all_inner_texts()


def follow(page: Page, link: Locator) -> None:
    """Until the next page has loaded, for what is read at once."""
    with page.expect_navigation():
        link.click()


def test_the_file_of_each_list_has_its_rows_in_its_order(page: Page) -> None:
    for address, table in (
        (f"{WEEK}&sort=-hours", "Each person's week"),
        ("/clients?period=all&sort=-name", "Companies"),
        ("/clients?period=all&sort=name&q=client-two", "Companies"),
        ("/clients/people?sort=-name", "People"),
    ):
        page.goto(address)
        listed = names(page, table)
        head, *lines = downloaded(page, page.get_by_role("link", name="Download CSV"))
        assert (address, [line[0] for line in lines]) == (address, listed) != (address, [])
        assert {len(line) for line in lines} == {len(head)}

    page.goto(f"{WEEK}&sort=-hours")
    hours = page.locator("tbody td.hours").first.inner_text().split("\n")[0]
    head, first, *_ = downloaded(page, page.get_by_role("link", name="Download CSV"))
    in_hours = float(dict(zip(head, first, strict=True))["Hours in sessions"])
    assert hours == f"{int(in_hours)} h {round(in_hours % 1 * 60)} min"

    page.goto(COMPANIES)
    head, *lines = downloaded(page, page.get_by_role("link", name="All relationships as CSV"))
    assert len(lines) == page.locator(".matrix td .heat").count() == 7
    assert {line[2] for line in lines} == {*page.locator(".matrix tbody th").all_inner_texts()}


def test_hours_with_a_company_are_those_of_its_meetings(page: Page) -> None:
    """An hour of several colleagues with several of its people is one hour."""
    page.goto(COMPANIES)
    row = page.get_by_role("row", name=re.compile("^Client One"))
    expect(row).to_contain_text("2 h in 2 sessions")
    follow(page, row.get_by_role("link", name="Client One"))
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text("2 h in 2 sessions")
    expect(facts).to_contain_text("4 h in person-hours")
    meetings = page.get_by_role("table", name="Sessions", exact=True)
    times = meetings.locator("td[data-label='Meeting time']").all_inner_texts()
    assert times == ["1 h", "1 h"]
    expect(meetings.locator("th[scope=row]")).to_contain_text(["Salary round", "Opening"])
    expect(page.get_by_role("img", name="Hours by week")).to_be_visible()
    weights = page.get_by_role("table", name="Sessions behind the strength")
    expect(weights).to_be_hidden()
    page.locator("summary", has_text="How strength is computed").click()
    expect(weights).to_be_visible()
    head, *lines = downloaded(page, page.get_by_role("link", name="Download CSV"))
    assert len(lines) == len(times)


def test_the_companies_are_chosen_by_period_and_silence_and_sorted_by_links(page: Page) -> None:
    page.goto("/clients")
    page.get_by_role("link", name="All time").click()
    expect(page.locator(".filters [aria-current]").first).to_have_text("All time")
    follow(page, page.get_by_role("link", name="Company"))
    assert names(page, "Companies") == ["C1ient One", "Client One", "Client Two"]
    follow(page, page.get_by_role("link", name="Company"))
    assert names(page, "Companies") == ["Client Two", "Client One", "C1ient One"]
    page.get_by_role("link", name="Quiet for 30 days").click()
    expect(page.locator(".filters [aria-current]")).to_contain_text(["All time", "Quiet"])
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Company")
    expect(page.get_by_text("Only one colleague knows them").first).to_be_visible()


def test_guessed_names_are_links_like_all_others_and_marked(page: Page) -> None:
    page.goto(COMPANIES)
    company = page.get_by_role("link", name="Client One", exact=True).first
    ink = company.evaluate(INK)
    assert "italic" not in ink
    mark = page.get_by_role("row", name=re.compile("^Client One")).get_by_text("guessed")
    expect(mark).to_have_attribute("title", re.compile("Zoom sent no name"))
    page.goto("/clients/people")
    person = page.get_by_role("link", name="Cleo Client")
    theirs = page.get_by_role("row", name=re.compile("Cleo")).get_by_role("link").nth(1)
    assert [person.evaluate(INK), theirs.evaluate(INK)] == [ink, ink]
    page.goto(WEEK)
    row = page.locator("tbody tr", has_text="Member of Acme")
    colleague, company = row.locator("th a"), row.locator("td.company a")
    assert company.evaluate(INK) == colleague.evaluate(INK) == ink


def test_who_knows_whom_is_readable_with_twelve_of_each(page: Page) -> None:
    page.goto(COMPANIES)
    page.locator(".matrix").evaluate(TWELVE_BY_TWELVE)
    numbers = page.locator(".matrix tbody td .heat")
    assert numbers.count() == 12 * 12
    assert numbers.evaluate_all(UNREADABLE) == 0
    assert page.evaluate(BROKEN_WORDS) == []
    frame = page.locator(".matrix-frame")
    assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") <= 0

    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert numbers.evaluate_all(UNREADABLE) == 0
    assert page.evaluate(BROKEN_WORDS) == []
    first, last = frame.locator("tbody th").first, frame.locator("thead th").last
    left = first.bounding_box()["x"]
    expect(last).not_to_be_in_viewport()
    frame.focus()
    page.keyboard.press("End")
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(last).to_be_in_viewport()
    assert first.bounding_box()["x"] == left  # the names stay


def test_a_day_without_entries_leads_to_the_last_day_with_some(page: Page) -> None:
    page.goto("/timeline")
    expect(page.get_by_text("Nothing yet today. Showing Tuesday 10 March")).to_be_visible()
    expect(page.locator(".track-day a")).to_have_count(1)
    page.get_by_role("link", name="Show today").click()
    expect(page.get_by_role("heading", name="Nothing from Zoom on this day")).to_be_visible()
    expect(page.get_by_role("link", name="Why is it missing?")).to_be_visible()
    follow(page, page.get_by_role("link", name="Last day with entries: Tue 10 Mar, 1 entry"))
    follow(page, page.get_by_role("link", name="Week", exact=True))
    heads = page.locator(".week-heads li")
    assert " ".join(head[:3] for head in heads.all_inner_texts()) == "Mon Tue Wed Thu Fri"
    expect(page.locator(".week-columns a")).to_have_count(1)


def test_a_wrong_week_day_or_date_keeps_the_form_and_marks_the_field(page: Page) -> None:
    page.goto(f"/team?week=never&team={user_id_of('manager')}&sort=-hours")
    field = page.get_by_label("Week of")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("2026-03-11")
    expect(page.get_by_role("heading", name="Manager of Acme's team, 9 – 15 March")).to_be_visible()
    assert f"team={user_id_of('manager')}" in page.url
    assert "sort=-hours" in page.url

    page.goto(f"/timeline/{user_id_of('member')}?day=2026-11-2")
    expect(page.get_by_role("heading", name="Member of Acme")).to_be_visible()
    expect(page.locator(".field-problem")).to_contain_text("2026-11-2")
    expect(page.get_by_label("Day", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Day", exact=True).fill("2026-03-10")
    expect(page.get_by_role("heading", name="4 entries")).to_be_visible()

    for from_, to in (("2026-03-20", "2026-03-10"), ("2026-01-01", "2026-03-10")):
        page.goto(
            f"/missing?from={from_}&to={to}&person=member&topic=side&meeting=&outcome=activity"
        )
        expect(page.locator("[aria-invalid=true]")).to_have_count(1)
        expect(page.get_by_label("To up to 31 days")).to_have_value(to)
        for label, typed in (("From", from_), ("Person", "member"), ("Topic", "side")):
            expect(page.get_by_label(label, exact=True)).to_have_value(typed)
        expect(page.locator(".field-problem")).to_be_visible()
    page.get_by_label("From").fill("2026-03-10")
    follow(page, page.get_by_role("button", name="Search"))
    assert names(page, "Sessions and outcomes") == ["Side talk"]


def test_the_way_back_leads_to_the_list_as_it_was(page: Page) -> None:
    for address, table in (
        ("/clients?q=client&show=quiet&period=all&sort=-name", "Companies"),
        ("/clients/people?q=cleo&sort=name", "People"),
        (f"/missing?person=member&outcome=activity&{MARCH}", "Sessions and outcomes"),
        ("/services/zoom/users?q=acme.example&show=mapped", "Zoom users"),
    ):
        page.goto(address)
        page.get_by_role("table", name=table).locator("tbody th a").first.click()
        page.locator(".back a").click()
        expect(page).to_have_url(address)


def test_pages_say_how_recent_they_are_and_nothing_of_the_machinery(page: Page) -> None:
    for address, how_recent in (
        (COMPANIES, "Data as of"),
        ("/clients/people", "Data as of"),
        ("/timeline?day=2026-03-10", "Data as of"),
        (f"/missing?{MARCH}", "Data as of"),
        (WEEK, "Data as of"),
        ("/clients/strength", ""),
        ("/search?q=client", ""),
        ("/no-such-page", ""),
    ):
        page.goto(address)
        text = page.locator("body").inner_text()
        assert (address, MACHINERY.findall(text)) == (address, [])
        assert (address, how_recent in text) == (address, True)


def test_the_monday_digest_is_asked_for_and_stopped_on_the_account_page(
    story: Site, page: Page
) -> None:
    page.goto("/account")
    page.get_by_role("button", name="Get the Monday digest").click()
    expect(page.get_by_role("status")).to_contain_text("You will now get the Monday digest.")
    expect(page.get_by_text("You are subscribed.")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Stop the Monday digest").click()
    expect(page.get_by_role("button", name="Get the Monday digest")).to_be_visible()
    assert story.rows("select user_id, is_on from integration.digest_subscriptions") == [
        (user_id_of("executive"), False)
    ]
    story.rows("delete from integration.digest_subscriptions")
