"""What pages say: in the words of the people who read them, and nothing of the machinery. And who
can find what is said of them there: Zoom Phone, changes that are undone, the way back.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from integration.web.pages import PAGES
from tests.browser.conftest import DESKTOP, sign_in
from tests.patience import PATIENCE
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, user_id_of
from tests.web.page.zoom_users import imported, licensed

OpenPage = Callable[..., Page]
# Programs, tables and commands.
MACHINERY = re.compile(
    r"dagster|\bdbt\b|worksights-zoom|sign-in-link|\bbatch(es)?\b|"
    r"\b(integration|operations|timeline|clientsights|worksights|zoom_raw|pipeline)\.[a-z]"
)
# Texts that readers did not understand, in all their forms. What pages say instead is below.
ODD = re.compile(
    r"times of your clock|no one when it ended|the time before|\bcalled\b|"
    r"entries that (come|go)|brings \d|no one yet|equal emails|on from the start|"
    r"see their own timeline|all well|webhooks of the last day|on the \w+ tab|at most 20 minutes "
    r"from now|\b1 (sessions|people|users|meetings|entries)\b|\b(some|every|any)body\b|\bmails\b|"
    r"\ban own\b|\bfor good\b|\bany more\b|\bconcern(s|ed)\b",
    re.IGNORECASE,
)
ALSO = (
    "/missing?from=2026-03-01&to=2026-03-20",
    "/missing?from=2026-03-01&to=2026-03-20&outcome=all",
    "/timeline?day=2026-03-10",
    "/team?week=2026-W11",
    "/clients?period=all",
    "/services/zoom/users?show=unmapped",
    "/services/zoom/users/zu-stray",
    "/services/zoom/users/zu-stray/change?to=nobody",
    f"/services/zoom/features/users/{user_id_of('member')}/change?feature=meetings&to=off",
)
PATHS = [
    route.path
    for route in PAGES
    if route.method == "GET"
    and not route.param_convertors
    and not route.path.endswith((".csv", "/connect", "/callback", "/download"))
]
OPENED = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.mark.parametrize("role", ["executive", "technical_admin", "manager", "member"])
def test_no_page_names_the_machinery_or_uses_words_that_nobody_understands(
    story: Site, open_page: OpenPage, role: str
) -> None:
    page = open_page(base_url=story.base)
    sign_in(page, story.link(role))
    found = {}
    for path in (*PATHS, *ALSO):
        page.goto(path)
        page.evaluate(OPENED)
        text = page.locator("body").inner_text()
        if words := {one[0] for rule in (MACHINERY, ODD) for one in rule.finditer(text)}:
            found[path] = words
    assert found == {}


@pytest.fixture(scope="module")
def page(story: Site, browser: Browser) -> Iterator[Page]:
    """The tab in which an Executive is signed in."""
    with browser.new_context(base_url=story.base, viewport=DESKTOP) as context:
        context.set_default_timeout(PATIENCE * 1000)
        tab = context.new_page()
        sign_in(tab, story.link("executive"))
        yield tab


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/services/zoom/users", "Users with the same email are mapped automatically"),
        ("/services/zoom/users/zu-acme-member", "Automatic: same email."),
        (f"/services/zoom/features/users/{user_id_of('member')}", "No entry yet"),
        ("/services/zoom/overview", "From webhook to entry"),
        ("/timeline?day=2026-03-10", "your time zone, America/New_York"),
        ("/missing", "up to 31 days"),
        ("/account", "What you can do here"),
        ("/services/zoom/connections", "Zoom account"),
    ],
)
def test_pages_say_what_they_mean(page: Page, path: str, says: str) -> None:
    page.goto(path)
    assert says in page.locator("main").inner_text()


def test_the_list_is_as_it_was_on_the_way_back_from_one_person_or_company(page: Page) -> None:
    for address, link in (
        ("/services/zoom/features?q=acme.example&show=mapped", "Member of Acme"),
        ("/services/zoom/domains/companies?q=client&show=guessed", "Client One"),
        ("/services/zoom/users?q=stray&show=unmapped", "stray@elsewhere.example"),
    ):
        page.goto(address)
        page.locator("tbody th a", has_text=link).first.click()
        page.locator(".back a").click()
        expect(page).to_have_url(address)


def test_people_without_zoom_phone_are_shown_where_phone_calls_are_switched(
    site: Site, page_of: OpenPage
) -> None:
    site.connect("acme", ACCOUNTS[0])
    imported(site, ACCOUNTS[0], zu_member="member@acme.example", zu_manager="manager@acme.example")
    licensed(site, "zu_member")
    page = page_of("executive")
    page.goto("/services/zoom/features")
    for name, count in (("Manager of Acme", 1), ("Member of Acme", 0)):
        row = page.get_by_role("row").filter(has_text=name)
        expect(row.get_by_text("No Zoom Phone")).to_have_count(count)
    page.get_by_role("link", name="Manager of Acme").click()
    expect(page.get_by_text("This person has no Zoom Phone")).to_be_visible()
    page.goto("/services/zoom/overview")
    expect(page.get_by_text("(1 with Zoom Phone)")).to_be_visible()


def test_missing_calls_of_someone_without_zoom_phone_are_explained(page: Page) -> None:
    page.goto("/missing?person=manager@acme.example")
    expect(page.locator(".without-calls")).to_contain_text(
        "Manager of Acme has no Zoom Phone license, so Zoom reports no calls."
    )
    page.locator("summary", has_text="What never appears").click()
    expect(page.get_by_text("Phone calls of people without a Zoom Phone license.")).to_be_visible()


def test_one_mapping_is_undone_from_its_message_and_from_its_history(
    site: Site, page_of: OpenPage
) -> None:
    site.connect("acme", ACCOUNTS[0])
    imported(site, ACCOUNTS[0], zu_stray="stray@elsewhere.example")
    page = page_of("admin")

    def map_to_manager() -> None:
        page.goto("/services/zoom/users/zu_stray")
        page.get_by_label("Find a WorkSights user").fill("manager@")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Manager of Acme").click()
        page.get_by_role("button", name="Map from now on").click()
        expect(page.get_by_text("Manual", exact=True)).to_be_visible()

    map_to_manager()
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo 1 mapping").click()
    expect(page.get_by_role("status")).to_contain_text("Mapping change for 1 Zoom user undone.")
    map_to_manager()
    page.goto("/services/zoom/users/zu_stray")  # the message is gone
    page.get_by_role("link", name="Undo this change").first.click()
    page.get_by_role("button", name="Undo 1 mapping").click()
    page.goto("/services/zoom/users/zu_stray")
    expect(page.get_by_text("Not mapped", exact=True).first).to_be_visible()
