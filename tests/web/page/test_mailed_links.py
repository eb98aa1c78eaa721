"""The form that mails a sign-in link: who gets a mail, what others can find out, and how often."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator.world import World
from tests.databases import new_database
from tests.notify.smtp_server import MailBox, Received, mail_box
from tests.patience import wait_until
from tests.web.page.site import Site, Visitor, email_of, running_site

CHECK = "/mailed-link"
Start = Callable[[], Site]


@pytest.fixture(scope="module")
def box() -> Iterator[MailBox]:
    with mail_box() as one:
        yield one


@pytest.fixture(scope="module")
def shared(
    server_url: str,
    zoom: tuple[World, str],
    box: MailBox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    world, zoom_url = zoom
    settings = {"SMTP_URL": box.url, "MAIL_FROM": "WorkSights <worksights@tests.example>"}
    with (
        new_database(server_url) as url,
        running_site(
            url, world=world, zoom_url=zoom_url, home=tmp_path_factory.mktemp("home"), also=settings
        ) as one,
    ):
        yield one


@pytest.fixture
def site(shared: Site, box: MailBox) -> Site:
    """Nobody has asked for a link yet, and no mail waits."""
    shared.rows("delete from integration.sign_in_requests")
    shared.rows("delete from integration.mails")
    box.received.clear()
    box.answers.clear()
    return shared


def ask(visitor: Visitor, email: str, next_path: str = "") -> requests.Response:
    fields = [("email", email), *([("next", next_path)] if next_path else [])]
    return visitor.send("/mailed-link", fields)


def settle(site: Site) -> None:
    """Waits until nothing is left to send."""
    wait_until(
        lambda: (
            site.rows("select count(*) from integration.mails where status <> 'failed'")[0][0] == 0
        )
    )


def links_in(mail: Received) -> list[str]:
    return [line for line in mail.text.splitlines() if line.startswith("http")]


def test_a_stranger_gets_to_the_page_they_wanted_by_a_mailed_link(site: Site, box: MailBox) -> None:
    visitor = site.stranger()
    refused = visitor.get("/timeline?day=2026-03-10&x=a%26b")
    way = re.search(r'href="(/sign-in\?next=[^"]+)"', refused.text)[1]
    form = re.search(
        r'<form method="post" action="/mailed-link">(.*?)</form>', visitor.get(way).text, re.DOTALL
    )
    wanted = re.search(r'name="next" value="([^"]+)"', form[1])[1].replace("&amp;", "&")
    answer = ask(visitor, "Member@ACME.example ", wanted)
    check = visitor.follow(answer.headers["location"]).text
    assert ("Check your email" in check, f'href="{way}"' in check) == (True, True)
    [mail] = box.wait_for(1)
    [link] = links_in(mail)
    assert (mail.recipient, mail.message["Subject"]) == (
        email_of("member"), "Your link to sign in to WorkSights",
    )  # fmt: skip
    assert link in mail.html.replace("&amp;", "&")
    answer = visitor.sign_in(link)
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/timeline?day=2026-03-10&x=a%26b",
    )  # fmt: skip
    assert email_of("member") in visitor.get("/account").text
    settle(site)
    assert site.rows("select * from integration.mails") == []


def test_everybody_gets_the_same_answer_and_only_active_users_a_mail(
    site: Site, box: MailBox
) -> None:
    """The request does not look for the user, so it takes as long for everybody."""
    site.rows("update worksights.users set deactivated_at = now() where user_id = 'acme-manager'")
    addresses = [
        email_of("manager"),
        "nobody@acme.example",
        "nobody@elsewhere.example",
        email_of("owner"),
    ]
    answers = []
    for address in addresses:
        answer = ask(site.stranger(), address)
        headers = {**answer.headers, "date": "", "x-request-id": ""}
        answers.append((answer.status_code, answer.content, headers))
    site.rows("update worksights.users set deactivated_at = null where user_id = 'acme-manager'")
    assert answers == [answers[0]] * 4
    settle(site)
    assert [mail.recipient for mail in box.received] == [email_of("owner")]


def test_a_mail_waits_encrypted_and_never_has_its_link_in_the_database(
    site: Site, box: MailBox
) -> None:
    box.answers = {"CONNECT": "421 not now"}
    ask(site.stranger(), email_of("member"), "/timeline?day=2026-03-10")
    asked = "select attempts, reason, mails::text from integration.mails"
    wait_until(lambda: site.rows(asked)[0][1] is not None)
    [(attempts, reason, row)] = site.rows(asked)
    requests_kept = site.rows("select sign_in_requests::text from integration.sign_in_requests")
    assert (attempts, reason) == (1, "The mail server refused the connection (421).")
    for secret in ("member", "acme", "timeline", "127.0.0.1"):
        assert secret not in row + str(requests_kept)
    box.answers.clear()
    site.rows("update integration.mails set next_attempt_at = now()")
    ask(site.stranger(), "nobody@acme.example")  # wakes the sender
    [mail] = box.wait_for(1)
    assert site.stranger().sign_in(links_in(mail)[0]).status_code == 303


def test_a_link_is_mailed_again_if_the_server_did_not_confirm_the_first_mail(
    site: Site, box: MailBox
) -> None:
    """It may arrive twice: whoever waits for a link would rather have two than none."""
    box.answers = {"CONTENT": [lambda line: line.shutdown(socket.SHUT_RDWR)]}
    ask(site.stranger(), email_of("member"))
    reason = "select reason from integration.mails"
    wait_until(lambda: site.rows(reason) not in ([], [(None,)]))
    assert site.rows(reason) == [("The mail server did not confirm that it accepted the email.",)]
    site.rows("update integration.mails set next_attempt_at = now()")
    ask(site.stranger(), "nobody@acme.example")  # wakes the sender
    [mail] = box.wait_for(1)
    assert site.stranger().sign_in(links_in(mail)[0]).status_code == 303


def test_an_email_of_several_organizations_gets_one_mail_with_a_link_to_each(
    site: Site, box: MailBox
) -> None:
    rename = "update worksights.users set email = %s where user_id = 'globex-member'"
    site.rows(rename, "Executive@Acme.example")
    site.rows(
        "update worksights.organizations set name = %s where organization_id = 'globex'",
        "Globex\r\nBcc: <b>x</b>",
    )
    ask(site.stranger(), email_of("executive"))
    [mail] = box.wait_for(1)
    assert [line for line in mail.text.splitlines() if line.endswith(":")][-2:] == [
        "Acme:",
        "Globex Bcc: <b>x</b>:",
    ]
    assert "<b>x</b>" not in mail.html
    found = []
    for link in links_in(mail):
        visitor = site.stranger()
        visitor.sign_in(link)
        found.append(re.search(r"Organization</dt><dd>(\w+)", visitor.get("/account").text)[1])
    site.rows(rename, email_of("member", "globex"))
    site.rows(
        "update worksights.organizations set name = 'Globex' where organization_id = 'globex'"
    )
    assert found == ["Acme", "Globex"]


def test_an_address_gets_three_links_within_the_life_of_one(site: Site, box: MailBox) -> None:
    """So nobody can flood somebody else's mailbox, nor keep them from signing in: whoever is over
    the limit has a link that still works.
    """
    answers = [
        ask(site.stranger(), email) for email in [email_of("member"), "MEMBER@acme.example"] * 3
    ]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, CHECK)
    }
    settle(site)
    assert len(box.received) == 3
    site.rows("update integration.sign_in_requests set requested_at = now() - interval '11 min'")
    ask(site.stranger(), email_of("member"))
    settle(site)
    assert len(box.received) == 4


def test_a_client_that_asks_for_many_addresses_is_stopped(site: Site) -> None:
    answers = [ask(site.stranger(), f"nobody-{n}@acme.example") for n in range(61)]
    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
    assert "Try again in 10 minutes" in answers[-1].text
    site.rows("update integration.sign_in_requests set client_digest = 'another'")
    assert ask(site.stranger(), email_of("owner")).status_code == 303


@pytest.mark.parametrize(
    "entered", ["", "ann", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "x" * 5000]
)
def test_a_text_that_is_no_address_is_marked_in_the_form(entered: str, site: Site) -> None:
    answer = ask(site.stranger(), entered, "/timeline?day=2026-03-10")
    assert answer.status_code == 400
    for part in (
        'aria-invalid="true"',
        "Enter one email address",
        'value="/timeline?day=2026-03-10"',
    ):
        assert part in answer.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_another_site_has_no_link_mailed(headers: dict[str, str], site: Site) -> None:
    answer = site.stranger().send("/mailed-link", [("email", email_of("owner"))], headers=headers)
    assert (answer.status_code, site.rows("select 1 from integration.mails")) == (403, [])


def test_a_link_to_another_site_is_not_mailed(site: Site, box: MailBox) -> None:
    ask(site.stranger(), email_of("owner"), "//evil.example/x")
    [mail] = box.wait_for(1)
    assert parse_qs(urlsplit(links_in(mail)[0]).query).keys() == {"token"}


def test_a_slow_mail_server_keeps_nobody_waiting(site: Site, box: MailBox) -> None:
    box.answers = {"RCPT": lambda _line: time.sleep(2)}
    started = time.monotonic()
    assert ask(site.stranger(), email_of("owner")).status_code == 303
    assert site.stranger().get("/sign-in").status_code == 200
    assert time.monotonic() - started < 2
