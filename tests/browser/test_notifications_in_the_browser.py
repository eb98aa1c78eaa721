"""Who was notified of what, a test message, and a channel over which nothing arrives."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator.world import World
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import WATCH_SHIFTS, Look, look_at
from tests.notify.smtp_server import MailBox, mail_box
from tests.notify.watched import SECRET
from tests.notify.webhook_receiver import Receiver, webhook_receiver
from tests.patience import wait_until
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, running_site

OpenPage = Callable[..., Page]
GOOD = Look(status=200, barriers=[], foreign=[], said=[], wider_by=0, shifted=0, broken=[])
PATH = "/services/zoom/notifications"
BROKEN = f"The users of Zoom account {ACCOUNTS[0]} cannot be read"


@pytest.fixture
def notifying(
    database_url: str, zoom: tuple[World, str], tmp_path: Path
) -> Iterator[tuple[Site, MailBox, Receiver]]:
    """A connection needs attention, and Zoom has sent nothing for it yet."""
    world, zoom_url = zoom
    with mail_box() as box, webhook_receiver() as receiver:
        also = {
            "SMTP_URL": box.url, "MAIL_FROM": "worksights@tests.example",
            "NOTIFICATION_WEBHOOK_URL": receiver.url, "NOTIFICATION_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        with running_site(
            database_url, world=world, zoom_url=zoom_url, home=tmp_path, also=also
        ) as site:
            site.connect("acme", ACCOUNTS[0])
            site.rows(
                "update integration.connections set status = 'needs_attention', "
                "status_detail = 'Zoom accepts it no longer. Reconnect the account.'"
            )
            yield site, box, receiver


def test_a_technical_admin_sees_who_was_notified_and_sends_a_test(
    notifying: tuple[Site, MailBox, Receiver], open_page: OpenPage
) -> None:
    site, box, receiver = notifying
    page = open_page(base_url=site.base)
    page.add_init_script(WATCH_SHIFTS)
    sign_in(page, site.link("technical_admin"))
    page.goto("/services/zoom/overview")
    expect(page.get_by_role("link", name="Reconnect")).to_be_visible()
    page.get_by_role("link", name="Who is notified of problems").click()
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_role("status")).to_contain_text("The test message is being sent")
    mails, calls = box.wait_for(7), receiver.wait_for(3)  # two problems, three people
    tests = [one.recipient for one in mails if "test" in str(one.message["Subject"])]
    assert tests == ["technical_admin@acme.example"]
    assert receiver.causes == ["access_lost", "no_webhook", "test"]
    assert all(SECRET not in str(one.headers) for one in calls)

    wait_until(lambda: look_at(page, PATH).status == 200 and "Waiting" not in page.content())
    expect(page.get_by_role("heading", name=BROKEN)).to_be_visible()
    about = page.get_by_role("table", name=f"Messages about: {BROKEN}")
    them = "Admin of Acme, Executive of Acme and Technical Admin of Acme"
    expect(about.get_by_text(f"Email to {them}", exact=True)).to_be_visible()
    expect(about.get_by_text("Sent", exact=True)).to_have_count(2)

    box.answers["CONNECT"] = "421 closed"
    for _ in range(3):  # one more than there may be in ten minutes
        page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_role("status")).to_contain_text("Try again later")
    wait_until(lambda: look_at(page, PATH).status == 200 and "not arriving" in page.content())
    expect(page.get_by_role("heading", name="Mails are not arriving")).to_be_visible()
    expect(page.get_by_text("refused the connection (421)").first).to_be_visible()
    looks = []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        looks.append(look_at(page, PATH))
    assert looks == [GOOD, GOOD]
