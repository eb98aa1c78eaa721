"""Every page, at desktop and phone width: nothing keeps a visitor from using it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from playwright.sync_api import Browser, Page

from integration.directory.rights import Right
from integration.web.pages import PAGES
from integration.web.search import sessions
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import WATCH_SHIFTS, Look, look_at
from tests.patience import PATIENCE
from tests.web.page.site import LONG_AGO, Site, user_id_of

# These redirect, or are a file, and have no page.
NO_PAGE = (
    *("/", "/services/zoom/connect", "/account/download", "/.well-known/security.txt"),
    *(f"/sign-in/{{organization_id}}/{way}" for way in ("start", "callback")),
    *(route.path for route in PAGES if route.path.endswith(".csv")),
)
# Pages with more than one state: searched, previewed, refused, empty.
ALSO = (
    "/services/zoom/overview/changes?page=2",
    "/services/zoom/users?q=no-such-name",
    "/services/zoom/users?show=unmapped",
    "/services/zoom/users?show=unmapped&tick=page",
    "/services/zoom/users?show=several",
    "/services/zoom/users?show=unreviewed",
    "/services/zoom/users?show=manual",
    "/services/zoom/users?show=without",
    "/services/zoom/users/{zoom_user_id}/change?to=by-email",
    "/services/zoom/users/{zoom_user_id}?q=manager",
    "/services/zoom/users/{zoom_user_id}/change?to=nobody",
    "/services/zoom/users/{zoom_user_id}/change?to={user_id}&since=day&day=2026-03-01",
    "/services/zoom/users/{zoom_user_id}/change?to={user_id}&since=day&day=2020-03-01",
    "/services/zoom/features/organization/change?feature=meetings&to=off&since=day&day=2026-03-01",
    "/services/zoom/features?show=off",
    "/services/zoom/features/users/{user_id}/change?feature=phone&to=on",
    "/services/zoom/features/many?feature=all&to=off&everybody=yes&since=day&day=2026-03-01",
    "/services/zoom/features/many?feature=phone&to=on&user={user_id}&since=day&day=2020-03-01",
    "/services/zoom/features/users/{user_id}/change?feature=meetings&to=off&since=day&day=2026-03-01",
    "/services/zoom/domains/companies?q=client",
    "/services/zoom/domains/companies?q=no-such-name.com&show=changed",
    "/services/zoom/domains/company?domain=client-one.com",
    "/services/zoom/domains/company?domain=gmail.com",
    "/services/zoom/domains/change?do=no_company&domain=client-one.com",
    "/services/zoom/domains/change?do=rename&domain=client-one.com&name=Client+One+Inc",
    "/services/zoom/domains/change?do=add_own&domain=ann@acme.com",
    "/services/zoom/domains/change?do=endings&value=com",
    "/team?week=2026-W11",
    "/team?week=2026-W13&sort=-hours",
    "/team?month=2026-03",
    "/team?week=2026-W20",
    "/team?week=never",
    "/team?team={user_id}",
    "/timeline/{user_id}?day=2026-03-10",
    "/timeline/{user_id}?day=2026-03-29",
    "/timeline/{user_id}?week=2026-03-10",
    "/timeline?day=2026-03-32",
    "/timeline?find=of",
    "/clients?q=client",
    "/clients?period=30&sort=name",
    "/clients?show=quiet&period=all&sort=-time",
    "/clients/companies/{company_id}?weights=1",
    "/clients/companies/{lookalike_id}",
    "/clients/people?q=no-such-name",
    "/missing?from=2026-03-01&to=2026-03-20",
    "/missing?from=2026-03-01&to=2026-03-20&person=member",
    "/missing?from=2026-03-01&to=2026-03-20&outcome=all",
    "/missing?from=2026-03-29&to=2026-03-29",
    "/missing?from=2026-03-20&to=2026-03-01",
    "/search?q=client",
    "/search?q=o",
    "/search?q=no-such-thing",
    "/sign-in?token={link_of_another}",
    "/no-such-page",
)
ADDRESSES = [
    *(route.path for route in PAGES if route.method == "GET" and route.path not in NO_PAGE),
    *ALSO,
]
SIZES = {"desk": DESKTOP, "phone": PHONE}
# Visitors who see little: a stranger, a Member, an organization without a Zoom account.
OTHERS = [
    *(
        ("stranger", path)
        for path in (
            "/services",
            "/sign-in",
            "/mailed-link",
            "/sign-in?token=made-up",
            "/sign-in?token={link_of_another}",
            "/signed-out",
            "/sign-in/openco?next=/timeline",
            "/sign-in/openco/callback?state=old&code=old",
            "/signed-out?organization=openco",
            "/privacy/{organization_id}",
        )
    ),
    *(
        ("member", path)
        for path in ("/timeline", "/missing", "/services/zoom/users", "/search?q=o")
    ),
    *(
        ("newcomer", route.path)
        for route in PAGES
        if route.method == "GET"
        and not route.param_convertors
        and route.right not in (Right.ANYONE, Right.CONNECT)
        and route.path not in NO_PAGE
    ),
]
VISITS = [
    pytest.param(visitor, path, size, id=f"{size} {visitor} {path}")
    for size in SIZES
    for visitor, path in [*(("executive", path) for path in ADDRESSES), *OTHERS]
]

for_every_visit = pytest.mark.parametrize(("visitor", "path", "size"), VISITS)
Looking = Callable[[str, str, str], Look]


@pytest.fixture(scope="module")
def newcomers(story: Site) -> Iterator[Site]:
    """The same site with an organization that has no data yet. Topics are searched for as far back
    as the story goes.
    """
    story.rows("insert into worksights.organizations values ('newco', 'Newco', %s)", LONG_AGO)
    story.rows(
        "insert into worksights.users (user_id, organization_id, email, full_name, role, "
        "time_zone, created_at) values ('newco-executive', 'newco', 'executive@newco.example', "
        "'Nina Newcomer', 'executive', 'Europe/Berlin', %s)",
        LONG_AGO,
    )
    story.rows(
        "insert into worksights.organizations values ('openco', 'Openco Überseehandel', %s)",
        LONG_AGO,
    )
    story.rows(
        "insert into integration.openid_providers values "
        "('openco', 'https://login.openco.example', 'client', 'unreadable', 'email_verified')"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "TOPIC_DAYS", 10_000)
        yield story


@pytest.fixture(scope="module")
def ids(story: Site) -> dict[str, str]:
    """An id of this organization for each name in an address. A new name needs one, too."""
    ((session_id, participant_id),) = story.rows(
        "select session_id, participant_id from timeline.participants "
        "where organization_id = 'acme' and outcome = 'not_mapped' and email like 'stray@%'"
    )
    ((connection_id,),) = story.rows(
        "select connection_id from integration.connections "
        "where organization_id = 'acme' and disconnected_at is null"
    )
    ((person_id, company_id),) = story.rows(
        "select person_id, company_id from clientsights.people "
        "where organization_id = 'acme' and email = 'cleo@client-one.com'"
    )
    ((lookalike_id,),) = story.rows(
        "select company_id from clientsights.lookalikes where organization_id = 'acme'"
    )
    ((change_id,),) = story.rows("select min(change_id)::text from integration.mapping_changes")
    token = story.link("member").partition("token=")[2]
    story.rows("update integration.sign_in_links set expires_at = now() + interval '1 day'")
    return {
        "organization_id": "acme",
        "connection_id": connection_id,
        "zoom_user_id": "zu-stray",
        "user_id": user_id_of("member"),
        "session_id": session_id,
        "participant_id": participant_id,
        "company_id": company_id,
        "lookalike_id": lookalike_id,
        "link_of_another": token,
        "person_id": person_id,
        "name": "topics",
        "change_id": change_id,
    }


@pytest.fixture(scope="module")
def look(newcomers: Site, ids: dict[str, str], browser: Browser) -> Iterator[Looking]:
    """Signs each visitor in once, in a tab that stays, and opens each page once for all tests."""
    links = {
        "executive": lambda: newcomers.link("executive"),
        "member": lambda: newcomers.link("member"),
        "newcomer": lambda: newcomers.link("executive", "newco"),
    }
    with ExitStack() as stack:

        @cache
        def tab_of(visitor: str, size: str) -> Page:
            context = browser.new_context(base_url=newcomers.base, viewport=SIZES[size])
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            context.add_init_script(WATCH_SHIFTS)
            tab = context.new_page()
            if visitor in links:
                sign_in(tab, links[visitor]())
            return tab

        @cache
        def looked(visitor: str, path: str, size: str) -> Look:
            return look_at(tab_of(visitor, size), path.format(**ids))

        yield looked


def test_a_look_reports_what_keeps_people_from_using_a_page(browser: Browser) -> None:
    """Otherwise none of the tests below could fail."""
    bad = """
        <!doctype html><title>Bad</title>
        <img src="http://elsewhere.example/picture.png"><div style="width: 3000px">wide</div>
        <main><table><td style="width: 4ch; max-width: 4ch; overflow-wrap: anywhere">Importers
        </td></table></main>
        <script>missing()</script>
    """
    with browser.new_context(viewport=PHONE) as context, context.new_page() as page:
        page.add_init_script(WATCH_SHIFTS)
        page.route("**", lambda route: route.fulfill(body=bad, content_type="text/html"))
        seen = look_at(page, "http://here.example/")
    assert {one.partition(":")[0] for one in seen.barriers} == {"html-has-lang", "image-alt"}
    assert seen.foreign == ["http://elsewhere.example/picture.png"]
    assert seen.said == ["missing is not defined"]
    assert seen.wider_by > 2000
    assert seen.broken == ["Importers"]


@for_every_visit
def test_no_page_breaks(look: Looking, visitor: str, path: str, size: str) -> None:
    """Some are refused. The tests below check refusals and pages alike."""
    assert look(visitor, path, size).status < 500


@for_every_visit
def test_axe_finds_no_serious_barrier(look: Looking, visitor: str, path: str, size: str) -> None:
    assert look(visitor, path, size).barriers == []


@for_every_visit
def test_no_page_makes_requests_to_another_site(
    look: Looking, visitor: str, path: str, size: str
) -> None:
    assert look(visitor, path, size).foreign == []


@for_every_visit
def test_the_browser_reports_no_error(look: Looking, visitor: str, path: str, size: str) -> None:
    assert look(visitor, path, size).said == []


@for_every_visit
def test_no_page_scrolls_sideways(look: Looking, visitor: str, path: str, size: str) -> None:
    assert look(visitor, path, size).wider_by <= 0


@for_every_visit
def test_nothing_jumps_while_a_page_loads(
    look: Looking, visitor: str, path: str, size: str
) -> None:
    assert look(visitor, path, size).shifted == 0


@for_every_visit
def test_no_word_is_broken_inside_in_a_table(
    look: Looking, visitor: str, path: str, size: str
) -> None:
    assert look(visitor, path, size).broken == []
