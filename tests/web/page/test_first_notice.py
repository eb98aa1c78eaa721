"""The notice at the first sign-in: once, before every page, and again when its text changes."""

import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from integration.directory.rights import Right, who_may
from integration.sign_in.notices import NOTICE_VERSION
from integration.web.page.activity import NOTICE
from integration.web.pages import PAGES
from integration.web.privacy.routes import SEEN
from tests.web.page.site import Site, Visitor, button_of, user_id_of
from tests.web.page.zoom_users import words

# A digest of what a Member reads. When it changes, increase NOTICE_VERSION, unless the change is
# only one of spelling: everybody then sees the new text once.
WHAT_IT_SAYS = (4, "6ba6e2c0c646b055")


def newcomer(site: Site, role: str = "member", *, next_path: str = "") -> tuple[Visitor, str]:
    """A visitor who has signed in and not selected Continue, and where that led them."""
    visitor = Visitor(site.base, reads_notice=False)
    site.visitors.append(visitor)
    answer = visitor.sign_in(f"{site.link(role)}&{urlencode({'next': next_path})}")
    assert answer.status_code == 303
    return visitor, answer.headers["location"]


def seen(site: Site) -> list[tuple[Any, ...]]:
    return site.rows("select organization_id, user_id, version from integration.notices_seen")


def test_it_is_shown_once_and_then_the_page_that_was_asked_for(site: Site) -> None:
    asked = "/timeline?day=2026-03-10"
    visitor, location = newcomer(site, next_path=asked)
    page = visitor.follow(location)
    assert (urlsplit(page.url).path, seen(site)) == (NOTICE, [])
    assert "What WorkSights shows about you" in page.text
    answer = visitor.leave_notice(page)
    assert (answer.status_code, answer.headers["location"]) == (303, asked)
    assert visitor.get(asked).status_code == 200
    assert seen(site) == [("acme", user_id_of("member"), NOTICE_VERSION)]
    again, _ = newcomer(site)
    assert again.get("/timeline").status_code == 200


@pytest.fixture(scope="module")
def unread(shared_site: Site) -> Visitor:
    return newcomer(shared_site)[0]


@pytest.mark.parametrize(
    "path",
    [
        route.path
        for route in PAGES
        if route.method == "GET" and route.right is not Right.ANYONE and route.path != NOTICE
    ],
)
def test_every_page_leads_to_it_first(path: str, unread: Visitor) -> None:
    """Also those that this role may not open."""
    asked = re.sub(r"\{[^}]+\}", "an%20id", path) + "?q=m%C3%BCller&page=2"
    answer = unread.get(asked)
    assert answer.status_code == 303
    to = urlsplit(answer.headers["location"])
    assert (to.path, parse_qs(to.query)) == (NOTICE, {"next": [asked]})


def test_public_pages_and_signing_out_do_not_wait_for_it(site: Site) -> None:
    visitor, _ = newcomer(site)
    page = visitor.get(NOTICE)
    assert visitor.get("/privacy/acme").status_code == 200
    assert visitor.get("/sign-in").status_code == 200
    token = dict(button_of(page.text, "/sign-out"))
    assert visitor.send("/sign-out", [*token.items()]).headers["location"] == "/signed-out"
    assert visitor.get(NOTICE).status_code == 401


def test_its_form_needs_the_token_of_the_session(site: Site) -> None:
    visitor, _ = newcomer(site)
    fields = [one for one in button_of(visitor.get(NOTICE).text, NOTICE) if one[0] != "csrf_token"]
    assert visitor.send(NOTICE, fields).status_code == 403
    assert visitor.send(NOTICE, [*fields, ("csrf_token", "made-up")]).status_code == 403
    assert (seen(site), visitor.get("/timeline").status_code) == ([], 303)


# The requested page -> where Continue leads.
NEXT_PAGES = {
    "/missing?topic=a%20b%26c": "/missing?topic=a%20b%26c",
    "/services/zoom/connect": "/services",
    "": "/",
    "//evil.example": "/",
    "/\\evil.example": "/",
    "https://evil.example": "/",
}


@pytest.mark.parametrize("asked", NEXT_PAGES)
def test_its_button_leads_only_to_pages_of_this_site(asked: str, site: Site) -> None:
    """Requested in the address and, as an attacker could, in the form."""
    visitor, _ = newcomer(site)
    page = visitor.get(f"{NOTICE}?{urlencode({'next': asked})}")
    assert visitor.leave_notice(page).headers["location"] == NEXT_PAGES[asked]
    pressed = button_of(visitor.get(NOTICE).text, NOTICE)
    answer = visitor.send(NOTICE, [*pressed, ("next", asked)])
    assert answer.headers["location"] == NEXT_PAGES[asked]


def test_a_changed_text_is_shown_to_everybody_again(site: Site) -> None:
    visitor = site.visitor("member")
    assert visitor.get("/timeline").status_code == 200
    site.rows("update integration.notices_seen set version = version - 1")
    page = visitor.follow("/timeline")
    assert urlsplit(page.url).path == NOTICE
    visitor.leave_notice(page)
    assert visitor.get("/timeline").status_code == 200
    assert sorted(version for *_, version in seen(site)) == [NOTICE_VERSION - 1, NOTICE_VERSION]


def set_privacy(site: Site, name: str, value: str) -> None:
    site.rows(
        "insert into integration.privacy_settings (organization_id, name, value, changed_by) "
        "values ('acme', %s, %s, 'acme-owner')",
        name, value,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "strict", "wide", "shown"),
    [
        ("topics", "participants", "leaders", "Topics: leaders and participants."),
        ("view", "grouped", "named", "People or groups: by person."),
        ("processing", "held", "released", "Processing: on."),
        ("phone_numbers", "none", "masked", "Phone numbers: country and last two digits."),
        ("pause", "on", "off", "Pausing: not possible."),
        ("retention_months", "3", "24", "Retention: after 24 months."),
        ("retention_months", "9", "never", "Retention: nothing is deleted."),
    ],
)
def test_everybody_reads_what_their_organization_chose_to_keep_or_show_more(
    name: str, strict: str, wide: str, shown: str, site: Site
) -> None:
    visitor, colleague = site.visitor("member"), site.visitor("manager")
    set_privacy(site, name, strict)
    assert visitor.get("/account").status_code == 200
    set_privacy(site, name, wide)
    for reader in (visitor, colleague):
        page = reader.follow("/account")
        text = words(page.text)
        assert urlsplit(page.url).path == NOTICE
        assert f"{shown} Changed" in text
        assert "by Owner of Acme" in text
        reader.leave_notice(page)
        assert reader.get("/account").status_code == 200
    again, _ = newcomer(site, "executive")
    assert "What has changed" not in again.get(NOTICE).text


def test_a_change_between_reading_and_selecting_continue_is_read_too(site: Site) -> None:
    visitor, _ = newcomer(site)
    set_privacy(site, "view", "grouped")
    pressed = button_of(visitor.get(NOTICE).text, NOTICE)
    set_privacy(site, "view", "named")
    answer = visitor.send(NOTICE, [*pressed])
    assert (urlsplit(answer.headers["location"]).path, seen(site)) == (NOTICE, [])
    visitor.leave_notice(visitor.get(NOTICE))
    assert visitor.get("/account").status_code == 200


def test_a_change_in_the_future_is_not_waited_for(site: Site) -> None:
    visitor = site.visitor("member")
    for value, day in (("on", "2026-01-01"), ("off", "2999-01-01")):
        site.rows(
            "insert into integration.privacy_settings (organization_id, name, value, changed_at) "
            "values ('acme', 'pause', %s, %s)",
            value, day,
        )  # fmt: skip
    assert visitor.get("/account").status_code == 200


def test_a_page_with_an_earlier_text_is_followed_by_the_current_one(site: Site) -> None:
    """It was opened before an update, and its button was selected after it."""
    visitor, _ = newcomer(site)
    pressed = dict(button_of(visitor.get(f"{NOTICE}?next=/account").text, NOTICE))
    answer = visitor.send(NOTICE, [*{**pressed, "version": str(NOTICE_VERSION - 1)}.items()])
    assert (answer.status_code, seen(site)) == (303, [])
    assert visitor.get(answer.headers["location"]).status_code == 200
    to = urlsplit(answer.headers["location"])
    assert (to.path, parse_qs(to.query)) == (NOTICE, {"next": ["/account"]})


def test_two_tabs_may_both_select_continue(site: Site) -> None:
    visitor, _ = newcomer(site)
    pages = [visitor.get(NOTICE) for _ in range(2)]
    assert [visitor.leave_notice(page).status_code for page in pages] == [303, 303]
    assert len(seen(site)) == 1


def test_it_names_who_sees_what_and_leads_to_the_whole_text(unread: Visitor) -> None:
    page = unread.get(NOTICE).text
    for right, what in SEEN.items():
        (line,) = re.findall(rf"<li>{who_may(right)}: (.*?)\.</li>", page)
        assert what in line.split("; ")
    assert 'href="/privacy/acme"' in page
    assert '<nav class="side"' not in page


def test_it_says_what_its_version_says(unread: Visitor) -> None:
    text = words(unread.get(NOTICE).text.partition("<main")[2].partition("</main>")[0])
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert (NOTICE_VERSION, digest) == WHAT_IT_SAYS
