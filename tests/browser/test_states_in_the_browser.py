"""Every page in every state of the connection: at a desk, and on a phone in the dark. Nobody can be
notified here, because neither email nor webhooks are set up.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from integration.directory.rights import Right
from integration.web.pages import PAGES
from simulator.world import World
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import WATCH_SHIFTS, Look, look_at
from tests.patience import PATIENCE
from tests.web.page.fixtures import ACCOUNTS, connected_site
from tests.web.page.site import Site, user_id_of
from tests.web.page.zoom_users import imported

GOOD = Look(status=200, barriers=[], foreign=[], said=[], wider_by=0, shifted=0, broken=[])
LOOKS = {
    "desk": {"viewport": DESKTOP},
    "dark phone": {"viewport": PHONE, "color_scheme": "dark"},
}


@dataclass(frozen=True)
class State:
    """The connection in it, and what Overview says."""

    says: str
    status: str = "active"
    detail: str | None = None
    is_imported: bool = True
    is_disconnected: bool = False


STATES = {
    "importing": State("The import usually starts within a minute", is_imported=False),
    "empty": State("0 Zoom users imported"),
    "failing": State(
        f"The users of Zoom account {ACCOUNTS[0]} cannot be read",
        status="needs_attention",
        detail="Zoom accepts it no longer. Reconnect it.",
    ),
    "disconnected": State(
        "A Zoom account is disconnected", status="disconnected", is_disconnected=True
    ),
}
OVERVIEW, NOTIFICATIONS = "/services/zoom/overview", "/services/zoom/notifications"
# A redirect, a file, and what works without signing in.
NO_PAGE = ("/", "/services/zoom/connect", "/services/zoom/callback", "/account/download")
PATHS = [
    route.path
    for route in PAGES
    if route.method == "GET"
    and not route.param_convertors
    and route.right is not Right.ANYONE
    and route.path not in NO_PAGE
    and not route.path.endswith((".csv", "/add", "/change", "/company", "/many"))
]

FULL = [
    "/timeline?day=2026-03-10",
    "/timeline?week=2026-03-10",
    "/team?week=2026-W11",
    "/clients?period=all",
    "/missing?from=2026-03-01&to=2026-03-20&outcome=all",
    "/search?q=client",
    "/services/zoom/users?show=unmapped&tick=page",
    "/services/zoom/users/zu-stray/change?to=nobody",
    f"/services/zoom/features/users/{user_id_of('member')}",
    "/services/zoom/domains/company?domain=client-one.com",
]


@pytest.fixture(scope="module")
def site(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with connected_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="module")
def tabs(site: Site, browser: Browser) -> Iterator[dict[str, Page]]:
    """The tab of each look, in which an Executive is signed in."""
    with ExitStack() as stack:
        found = {}
        for name, options in LOOKS.items():
            context = browser.new_context(base_url=site.base, **options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            context.add_init_script(WATCH_SHIFTS)
            found[name] = context.new_page()
            sign_in(found[name], site.link("executive"))
        yield found


def in_state(site: Site, state: State, *zoom_users: str) -> None:
    """With these Zoom users, who are not mapped, and with nobody reviewed."""
    site.rows(
        "update integration.connections set status = %s, status_detail = %s, "
        "users_imported_at = case when %s then now() end, next_import_at = now(), "
        "disconnected_at = case when %s then now() end",
        state.status, state.detail, state.is_imported, state.is_disconnected,
    )  # fmt: skip
    site.rows("delete from integration.reviewed_zoom_users")
    site.rows("delete from zoom_raw.users")
    imported(site, ACCOUNTS[0], **{one: f"{one}@elsewhere.example" for one in zoom_users})


def unlike(tab: Page, paths: list[str]) -> dict[str, Look]:
    """The pages on which something is wrong."""
    looks = {path: look_at(tab, path) for path in paths}
    return {path: look for path, look in looks.items() if look != GOOD}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_no_page_has_a_barrier_in_any_state(
    site: Site, tabs: dict[str, Page], state: str, look: str
) -> None:
    in_state(site, STATES[state])
    tab = tabs[look]
    tab.goto(OVERVIEW)
    expect(tab.get_by_text(STATES[state].says).first).to_be_visible()
    assert unlike(tab, PATHS) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_notifications_say_that_nobody_is_notified_and_where_problems_are(
    site: Site, tabs: dict[str, Page], look: str
) -> None:
    in_state(site, STATES["failing"])
    tab = tabs[look]
    tab.goto(NOTIFICATIONS)
    expect(tab.get_by_role("heading", name="No one is notified")).to_be_visible()
    expect(tab.get_by_text("Problems are shown only on the Overview page")).to_be_visible()
    expect(tab.get_by_role("button", name="Send a test message")).to_have_count(0)
    expect(tab.get_by_role("heading", name="No problems yet")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_zoom_users_left_unmapped_are_a_state_of_their_own(
    site: Site, tabs: dict[str, Page], look: str
) -> None:
    """The checklist does not say that all is well before somebody has looked at them."""
    in_state(site, STATES["empty"], "room", "stray")
    tab = tabs[look]
    tab.goto(OVERVIEW)
    expect(tab.get_by_role("heading", name="2 Zoom users are not mapped")).to_be_visible()
    expect(tab.get_by_text("No problems")).to_have_count(0)
    assert unlike(tab, [OVERVIEW]) == {}
    tab.get_by_role("button", name="Leave the rest unmapped").click()
    expect(tab.locator(".flash")).to_contain_text("2 Zoom users stay unmapped")
    expect(tab.get_by_role("button", name="Leave the rest unmapped")).to_have_count(0)
    expect(tab.get_by_text("No problems")).to_have_count(0)  # no webhook has come yet
    expect(tab.get_by_role("heading", name="First webhook from Zoom")).to_be_visible()
    assert unlike(tab, [OVERVIEW, "/services/zoom/users?show=unmapped"]) == {}


def test_after_setup_each_role_sees_unmapped_users_and_a_silent_zoom(
    site: Site, tabs: dict[str, Page], browser: Browser
) -> None:
    """A Technical Admin sees the same needs without counts."""
    in_state(site, STATES["empty"], "stray")
    with browser.new_context(base_url=site.base) as context:
        context.set_default_timeout(PATIENCE * 1000)
        technical = context.new_page()
        sign_in(technical, site.link("technical_admin"))
        for tab, unmapped in (
            (tabs["desk"], "1 Zoom user is not mapped"),
            (technical, "Some Zoom users are not mapped"),
        ):
            tab.goto(OVERVIEW)
            expect(tab.get_by_role("heading", name=unmapped)).to_be_visible()
            expect(tab.get_by_role("heading", name="First webhook from Zoom")).to_be_visible()
            expect(tab.get_by_text("No problems")).to_have_count(0)


def test_connections_says_what_is_lost_and_reconnects_itself(
    site: Site, tabs: dict[str, Page]
) -> None:
    in_state(site, STATES["failing"])
    tab = tabs["desk"]
    for path in ("/services/zoom/connections", OVERVIEW):
        tab.goto(path)
        assert "on the Connections tab" not in tab.locator("main").inner_text()
        expect(
            tab.get_by_text("New Zoom users and changed emails are not imported")
        ).to_be_visible()
        expect(tab.get_by_role("link", name="Reconnect").first).to_be_visible()


def test_pages_agree_on_when_an_import_starts(site: Site, tabs: dict[str, Page]) -> None:
    in_state(site, STATES["importing"])
    tab = tabs["desk"]
    for path in (OVERVIEW, "/services/zoom/connections", "/services/zoom/users"):
        tab.goto(path)
        expect(tab.get_by_text("usually starts within a minute").first).to_be_visible()


def test_no_page_has_a_barrier_in_the_dark_with_all_that_there_can_be(
    story: Site, browser: Browser
) -> None:
    options = {"base_url": story.base, **LOOKS["dark phone"]}
    with browser.new_context(**options) as context:
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(WATCH_SHIFTS)
        tab = context.new_page()
        sign_in(tab, story.link("executive"))
        assert unlike(tab, [*PATHS, *FULL]) == {}
