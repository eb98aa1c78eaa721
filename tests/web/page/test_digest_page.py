"""How people ask for the Monday digest on their account page, and stop it from a mail."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.notify.digest import send_digests
from integration.sign_in.signing import Signing
from simulator.world import World
from tests.databases import new_database
from tests.notify.smtp_server import mail_box
from tests.web.page.site import Site, running_site, user_id_of

ON, OFF = {"to": "on"}, {"to": "off"}
OFFERED = "Monday digest"


@pytest.fixture(scope="module")
def site(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    world, zoom_url = zoom
    with (
        mail_box() as box,
        new_database(server_url) as url,
        running_site(
            url,
            world=world,
            zoom_url=zoom_url,
            home=tmp_path_factory.mktemp("home"),
            also={"SMTP_URL": box.url, "MAIL_FROM": "worksights@tests.example"},
        ) as one,
    ):
        yield one


def subscribers(site: Site) -> list[str]:
    found = site.rows("select user_id from integration.digest_subscriptions where is_on order by 1")
    return [user for (user,) in found]


def stop_link(site: Site, role: str) -> str:
    [(number,)] = site.rows(
        "select subscription_id from integration.digest_subscriptions where user_id = %s",
        user_id_of(role),
    )
    signing = Signing(site.settings.session_keys)
    return f"/digest/stop?token={signing.signed(str(number), purpose='digest')}"


def test_leaders_ask_for_the_digest_and_stop_it_on_their_account_page(site: Site) -> None:
    roles = ("executive", "owner", "manager", "admin", "technical_admin", "member")
    visitors = {role: site.visitor(role) for role in roles}
    offered = {role for role, one in visitors.items() if OFFERED in one.get("/account").text}
    assert offered == {"executive", "owner", "manager"}
    assert visitors["manager"].post("/account/digest", {"to": "maybe"}).status_code == 400
    for role in ("manager", "owner"):
        assert visitors[role].post("/account/digest", ON).headers["location"] == "/account"
    assert subscribers(site) == ["acme-manager", "acme-owner"]
    page = visitors["manager"].get("/account").text
    assert "You will now get the Monday digest." in page
    assert "those who report to you" in page
    visitors["owner"].post("/account/digest", OFF)
    assert subscribers(site) == ["acme-manager"]


def test_a_link_in_the_mail_stops_it_without_signing_in(site: Site) -> None:
    """Not when it is opened: mail scanners do that."""
    site.visitor("manager").post("/account/digest", ON)
    link, stranger = stop_link(site, "manager"), site.stranger()
    page = stranger.get(link)
    assert (page.status_code, "acme-manager" in subscribers(site)) == (200, True)
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    assert stranger.send("/digest/stop", [("token", token)]).status_code == 200
    assert "acme-manager" not in subscribers(site)
    assert stranger.send("/digest/stop", [("token", token)]).status_code == 200
    for broken in ("/digest/stop", "/digest/stop?token=7", f"{link[:-3]}"):
        answer = stranger.get(broken)
        assert (answer.status_code, "/sign-in?next=%2Faccount" in answer.text) == (400, True)
        assert stranger.send(broken).status_code == 400


def test_a_program_for_mail_stops_it_with_its_own_button(site: Site) -> None:
    """RFC 8058: a POST to the address in the header, without cookies or a browser's headers."""
    site.visitor("owner").post("/account/digest", ON)
    answer = site.stranger().http.post(
        site.base + stop_link(site, "owner"), data={"List-Unsubscribe": "One-Click"}, timeout=60
    )
    assert (answer.status_code, "acme-owner" in subscribers(site)) == (200, False)


def test_before_the_first_batch_there_is_no_digest(site: Site) -> None:
    site.visitor("executive").post("/account/digest", ON)
    now = datetime.now(UTC)
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=12)
    assert send_digests(site.settings, site.database_url, clock=lambda: monday) == (1, 0)


def test_without_a_mail_server_nothing_is_offered_or_sent(shared_site: Site) -> None:
    assert OFFERED not in shared_site.visitor("executive").get("/account").text
    assert send_digests(shared_site.settings, shared_site.database_url, clock=datetime.now) == (
        0,
        0,
    )
    answer = shared_site.stranger().send("/mailed-link", [("email", "executive@acme.example")])
    assert (answer.status_code, "Ask the team that runs WorkSights" in answer.text) == (200, True)
    assert shared_site.rows("select 1 from integration.mails") == []
