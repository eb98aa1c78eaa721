"""The first hour of an admin, from Zoom's consent page to the first entry. Nothing is replaced but
Zoom: every state is looked at, and the page shows each change without being loaded again.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Page, expect

from integration.database.postgres import connect
from integration.web.page.templating import WEB
from integration.zoom.signature import hmac_hex
from simulator.world import World
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import barriers_of
from tests.databases import new_database
from tests.patience import PATIENCE
from tests.pipeline.events import Body, Person, Session, to_bytes
from tests.pipeline.installation import (
    ENCRYPTION_KEY,
    Installation,
    install,
    template_with_tables,
)
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import CLIENT, Site, running_site, user_id_of

SECRET = "webhook-secret-of-the-tests"
OVERVIEW = "/services/zoom/overview"
ADMIN = user_id_of("admin")
OpenPage = Callable[..., Page]


@pytest.fixture
def fresh(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Installation, str]]:
    """An organization without a connection, and its Admin's sign-in link. They have the email of a
    Zoom user; the other Zoom users match nobody.
    """
    world, zoom_url = zoom
    home = tmp_path_factory.mktemp("home")
    host = next(one for one in world.accounts[ACCOUNTS[0]].company.active if one.email)
    with (
        new_database(server_url, template=template_with_tables(server_url)) as url,
        pytest.MonkeyPatch.context() as patch,
        running_site(
            url, world=world, zoom_url=zoom_url, home=home, also={"ENCRYPTION_KEY": ENCRYPTION_KEY}
        ) as site,
    ):
        installation = install(url, home=home, zoom=zoom_url, patch=patch)
        patch.setenv("ZOOM_CLIENT_SECRET", CLIENT[1])
        link = site.link("admin")
        site.rows("update worksights.users set email = %s where user_id = %s", host.email, ADMIN)
        world.asks_for_consent = True
        yield site, installation, link
        world.asks_for_consent = False


@contextmanager
def running_batch(installation: Installation) -> Iterator[None]:
    """A batch runs in another thread, and has finished at the end of the block."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(installation.batch, now=datetime.now(UTC))
        yield
        running.result(timeout=PATIENCE)


def batch(installation: Installation) -> None:
    with running_batch(installation):
        pass


def look_around(page: Page) -> None:
    """No barrier and no sideways scroll, on a desktop and on a phone."""
    found = {}
    for name, size in (("phone", PHONE), ("desk", DESKTOP)):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if barriers := [*barriers_of(page), *(["too wide"] if wide else [])]:
            found[name] = barriers
    assert found == {}


def send(site: Site, body: Body) -> None:
    """As Zoom sends it: over HTTP, signed."""
    content, timestamp = to_bytes(body), str(int(datetime.now(UTC).timestamp()))
    answer = requests.post(
        f"{site.base}/webhooks/zoom",
        data=content,
        headers={
            "x-zm-request-timestamp": timestamp,
            "x-zm-signature": f"v0={hmac_hex(SECRET, b'v0:%b:%b' % (timestamp.encode(), content))}",
        },
        timeout=PATIENCE,
    )
    assert answer.status_code == 204


def doing(page: Page, name: str) -> None:
    """The one step to do now."""
    expect(page.locator('[aria-current="step"]')).to_have_id(f"step-{name}")


def test_an_admin_gets_from_the_consent_page_to_the_first_entry(
    fresh: tuple[Site, Installation, str], open_page: OpenPage
) -> None:
    site, installation, link = fresh
    page = open_page(base_url=site.base)
    sign_in(page, link)
    page.goto(OVERVIEW)
    doing(page, "account")
    look_around(page)

    page.get_by_role("link", name="Connect Zoom").click()
    page.get_by_label(ACCOUNTS[0]).check()
    page.get_by_role("button", name="Allow").click()
    doing(page, "import")
    expect(page.get_by_text("The import usually starts within a minute.")).to_be_visible()
    look_around(page)

    with connect(site.database_url) as held, running_batch(installation):
        held.execute("lock table zoom_raw.users in exclusive mode")
        expect(page.get_by_text(re.compile(r"^\d+ users read so far\.$"))).to_be_visible()
        look_around(page)
        page.get_by_role("link", name="Refresh").focus()
        held.rollback()
        doing(page, "mapping")
        expect(page.get_by_role("link", name="Refresh")).to_be_focused()
    expect(page.get_by_role("heading", name="9 Zoom users imported")).to_be_visible()
    expect(page.get_by_role("heading", name="6 Zoom users are not mapped")).to_be_visible()
    look_around(page)

    page.get_by_role("button", name="Leave the rest unmapped").click()
    expect(page.locator(".flash")).to_contain_text("6 Zoom users stay unmapped")
    doing(page, "webhook")
    page.get_by_role("button", name="Check this address").click()
    expect(page.locator(".flash")).to_contain_text("The receiver answers at this address")
    look_around(page)

    page.get_by_role("link", name="Start a test meeting").click()
    page.get_by_role("button", name="Start a test meeting").click()
    expect(page.get_by_role("heading", name="No webhook has arrived yet")).to_be_visible()
    look_around(page)
    ((zoom_user_id, email),) = site.rows(
        "select zoom_user_id, users.email from zoom_raw.users "
        "inner join worksights.users as people on people.email = users.email "
        "where people.user_id = %s",
        ADMIN,
    )
    now = datetime.now(UTC).replace(microsecond=0)
    meeting = Session(
        ACCOUNTS[0], "test-meeting", zoom_user_id, now, now + timedelta(seconds=40), topic="Secret"
    )
    started, *rest = meeting.whole([Person("Ada", zoom_user_id, email)])
    send(site, started)
    expect(page.get_by_role("heading", name="A webhook has arrived")).to_be_visible()
    for body in rest:
        send(site, body)
    expect(page.get_by_role("heading", name="The end has arrived")).to_be_visible()
    look_around(page)
    batch(installation)
    expect(page.get_by_role("heading", name="It is on your timeline")).to_be_visible()
    look_around(page)
    assert "Secret" not in page.content()

    page.get_by_role("link", name="Overview").first.click()
    expect(page.locator(".setup")).to_have_count(0)
    expect(page.get_by_text("From webhook to entry", exact=True)).to_be_visible()
    look_around(page)


def test_what_zoom_sends_late_is_not_taken_for_our_delay(
    fresh: tuple[Site, Installation, str], open_page: OpenPage
) -> None:
    """A meeting whose webhooks arrive six hours after its end, as after a break on Zoom's side."""
    site, installation, link = fresh
    site.connect("acme", ACCOUNTS[0])
    ((email,),) = site.rows("select email from worksights.users where user_id = %s", ADMIN)
    site.rows(
        "insert into zoom_raw.users (organization_id, zoom_account_id, zoom_user_id, imported_at, "
        "batch, email, status) values ('acme', %s, 'zu-admin', now(), 0, %s, 'active')",
        ACCOUNTS[0], email,
    )  # fmt: skip
    now = datetime.now(UTC).replace(microsecond=0)
    meeting = Session(
        ACCOUNTS[0], "late", "zu-admin", now - timedelta(hours=7), now - timedelta(hours=6)
    )
    installation.deliver(*meeting.whole([Person("Ada", "zu-admin", email)]), at=now)
    batch(installation)
    page = open_page(base_url=site.base)
    sign_in(page, link)
    page.goto(OVERVIEW)
    ours = page.locator(".figures > div", has_text="From webhook to entry")
    expect(ours.locator("dd")).to_have_text(re.compile(r"^[01] min"))
    expect(page.get_by_text("Zoom sent that webhook")).to_contain_text(
        re.compile(r"6 h [01] min after the session's end")
    )


def test_no_template_reloads_its_page() -> None:
    texts = {file.relative_to(WEB): file.read_text() for file in WEB.rglob("*.html")}
    assert [str(name) for name, text in texts.items() if "http-equiv" in text] == []
