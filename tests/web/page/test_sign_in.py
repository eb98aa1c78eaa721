"""One-time links: opening one changes nothing, and its button signs in once."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.patience import PATIENCE
from tests.web.page.site import ROLES, Site, button_of, email_of

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
OPENERS = {
    "a mail scanner that runs a browser": {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/149.0.0.0 Safari/537.36"
    },
    "a chat's preview": {
        "User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
    },
    "a program": {"User-Agent": "python-requests/2.32"},
    "a program without a name": {"User-Agent": ""},
    "a prefetch": {"Sec-Purpose": "prefetch;prerender"},
    "a browser": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", **PHONE},
}


def kept(site: Site) -> list[tuple[Any, ...]]:
    """All that signing in reads and writes."""
    return site.rows(
        """
        select 'link', token_hash, expires_at, null from integration.sign_in_links
        union all
        select 'session', session_hash, expires_at, message::text from integration.page_sessions
        order by 1, 2
        """
    )


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("headers", OPENERS.values(), ids=OPENERS)
def test_opening_a_link_changes_nothing_and_does_not_sign_in(
    headers: dict[str, str], site: Site
) -> None:
    """Mail scanners open links in a browser that looks like a person's. The first one to open a
    link used to be signed in, and the person got "cannot be used".
    """
    link, opener, person = site.link("executive"), site.stranger(), site.stranger()
    before = kept(site)
    answers = [opener.get(link, headers=headers).status_code for _ in range(2)]
    answers.append(opener.http.head(link, headers=headers, timeout=PATIENCE).status_code)
    assert (answers, kept(site)) == ([200, 200, 200], before)
    assert "worksights" not in opener.http.cookies
    assert opener.get("/account").status_code == 401
    assert person.sign_in(link).status_code == 303
    assert person.get("/account").status_code == 200


def test_opening_a_link_leaves_a_message_waiting_for_its_page(site: Site) -> None:
    visitor = site.visitor("executive")
    site.rows(
        """update integration.page_sessions set message = '{"text": "Saved", "tone": "good"}'"""
    )
    before = kept(site)
    assert "Saved" not in visitor.get("/sign-in").text
    link = site.link("executive")
    assert "Saved" not in visitor.get(link).text
    assert [row for row in kept(site) if row[0] == "session"] == before
    assert "Saved" in visitor.get("/services").text


def test_the_button_signs_in_and_leads_to_the_first_page_of_that_role(site: Site) -> None:
    seen = {}
    for role in ROLES:
        visitor = site.stranger()
        page = visitor.follow(visitor.sign_in(site.link(role)).headers["location"])
        seen[role] = urlsplit(page.url).path, email_of(role) in visitor.get("/account").text
    looks_after_zoom = ("/services/zoom/overview", True)
    assert seen == {
        **dict.fromkeys(("executive", "owner", "manager"), ("/team", True)),
        **dict.fromkeys(("admin", "technical_admin"), looks_after_zoom),
        "member": ("/timeline", True),
    }


def test_a_link_works_once(site: Site) -> None:
    link = site.link("executive")
    first, second = site.stranger(), site.stranger()
    pressed = button_of(second.get(link).text)
    assert first.sign_in(link).status_code == 303
    assert [second.send("/sign-in", pressed).status_code, second.get(link).status_code] == [401] * 2
    assert second.get("/account").status_code == 401


def test_only_one_of_several_visitors_who_press_at_once_is_signed_in(site: Site) -> None:
    link, visitors = site.link("executive"), [site.stranger() for _ in range(4)]
    forms = [button_of(visitor.get(link).text) for visitor in visitors]
    with ThreadPoolExecutor(len(visitors)) as pool:
        answers = pool.map(
            lambda one: one[0].send("/sign-in", one[1]).status_code,
            zip(visitors, forms, strict=True),
        )
    assert sorted(answers) == [303, 401, 401, 401]


def test_a_link_expires_after_ten_minutes(site: Site) -> None:
    link, visitor = site.link("executive"), site.stranger()
    pressed = button_of(visitor.get(link).text)
    site.rows("update integration.sign_in_links set expires_at = now()")
    for answer in (visitor.get(link), visitor.send("/sign-in", pressed)):
        assert (answer.status_code, "Ask the team that runs WorkSights" in answer.text) == (
            401,
            True,
        )


def test_a_forged_link_is_refused(site: Site) -> None:
    visitor = site.stranger()
    pressed = button_of(visitor.get(site.link("executive")).text)
    made_up = [(name, "made-up.signature" if name == "token" else value) for name, value in pressed]
    assert visitor.get("/sign-in?token=made-up.signature").status_code == 401
    assert visitor.send("/sign-in", made_up).status_code == 401


def test_the_page_names_the_person_only_while_the_link_is_valid(site: Site) -> None:
    link, visitor = site.link("executive"), site.stranger()
    page = visitor.get(link)
    named = ("Executive of Acme", "executive@acme.example", "Acme · Executive")
    assert [name in words(page.text) for name in named] == [True, True, True]
    assert "Sign in as Executive of Acme" in words(page.text)
    site.stranger().sign_in(link)
    assert "Executive of Acme" not in visitor.get(link).text
    for broken in (link[:-3], "/sign-in?token=made-up.signature", "/sign-in"):
        assert "Executive of Acme" not in visitor.get(broken).text


def test_without_a_link_the_page_says_how_to_get_one(site: Site) -> None:
    page = site.stranger().get("/sign-in?next=/timeline")
    assert (page.status_code, "Ask the team that runs WorkSights" in words(page.text)) == (
        200,
        True,
    )
    refused = site.stranger().get("/timeline")
    way = 'href="/sign-in?next=%2Ftimeline"'
    assert (refused.status_code, way in refused.text) == (401, True)


def test_a_signed_in_visitor_can_continue_without_a_link(site: Site) -> None:
    visitor = site.visitor("member")
    page = visitor.get("/sign-in?next=/timeline").text
    assert ("You are signed in" in page, 'href="/timeline">Continue' in page) == (True, True)
    assert 'href="/">Continue' in visitor.get("/sign-in?next=//evil.example").text


def test_a_used_link_says_who_is_already_signed_in(site: Site) -> None:
    link, visitor = site.link("member"), site.stranger()
    visitor.sign_in(link)
    page = visitor.get(link)
    assert (page.status_code, "You are already signed in as Member of Acme." in page.text) == (
        401, True,
    )  # fmt: skip


# The requested page -> where the button leads.
NEXT_PAGES = {
    "/timeline": "/timeline",
    "/clients?q=m%C3%BCller&page=2#list": "/clients?q=m%C3%BCller&page=2#list",
    "/missing?topic=a b%26c": "/missing?topic=a%20b%26c",
    "/no-such-page": "/no-such-page",
    "/services/zoom/connect": "/services",
    "/services/zoom/%63onnect": "/services",
    "/%2f%2fevil.example": "/%2f%2fevil.example",
    "": "/",
    "   ": "/",
    "timeline": "/",
    "?q=1": "/",
    "//evil.example": "/",
    "///evil.example": "/",
    "\0//evil.example": "/",
    "/\0/evil.example": "/",
    "/\\evil.example": "/",
    "\\\\evil.example": "/",
    "/\t/evil.example": "/",
    "\t//evil.example": "/",
    "/\n/evil.example": "/",
    "/\r\nLocation: https://evil.example": "/",
    "/\u2028/evil.example": "/",
    "%2F%2Fevil.example": "/",
    "https://evil.example": "/",
    "https:evil.example": "/",
    "javascript:alert(1)": "/",
    "@evil.example": "/",
    ".evil.example": "/",
    "/" + "a" * 5000: "/",
}


@pytest.mark.parametrize("asked", NEXT_PAGES, ids=lambda asked: repr(asked[:40]))
def test_the_button_leads_to_the_next_page_only_within_this_site(asked: str, site: Site) -> None:
    """Requested in the link and, as an attacker could, in the form."""
    in_link, in_form = site.stranger(), site.stranger()
    answer = in_link.sign_in(f"{site.link('member')}&{urlencode({'next': asked})}")
    assert (answer.status_code, answer.headers["location"]) == (303, NEXT_PAGES[asked])
    pressed = button_of(in_form.get(site.link("member")).text)
    answer = in_form.send("/sign-in", [*pressed, ("next", asked)])
    assert (answer.status_code, answer.headers["location"]) == (303, NEXT_PAGES[asked])


SENT_FROM_ELSEWHERE = {
    "a current browser": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a sister site": {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example"},
    "the address bar": {"Sec-Fetch-Site": "none"},
    "a page without an origin": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    "an older browser": {"Origin": "https://evil.example"},
}


@pytest.mark.parametrize("headers", SENT_FROM_ELSEWHERE.values(), ids=SENT_FROM_ELSEWHERE)
def test_a_form_of_another_site_does_not_sign_in(headers: dict[str, str], site: Site) -> None:
    """Even in a browser that has just opened the link."""
    link, visitor = site.link("executive"), site.stranger()
    before = kept(site)
    answer = visitor.sign_in(link, headers=headers)
    assert (answer.status_code, kept(site)) == (403, before)
    assert visitor.get("/account").status_code == 401
    assert visitor.sign_in(link).status_code == 303


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}], ids=["nothing", "no origin"])
def test_without_origin_headers_the_form_works_only_in_the_browser_that_opened_the_link(
    headers: dict[str, str], site: Site
) -> None:
    """An attacker can send the whole form of their own link, but cannot set a cookie here."""
    link, attacker, victim = site.link("executive"), site.stranger(), site.stranger()
    pressed = button_of(attacker.get(link).text)
    assert victim.send("/sign-in", pressed, headers=headers).status_code == 403
    victim.get(site.link("member"))  # the cookie of another link does not fit either
    answer = victim.send("/sign-in", pressed, headers=headers)
    assert (answer.status_code, "Open the link again" in answer.text) == (403, True)
    assert victim.get("/account").status_code == 401
    assert attacker.send("/sign-in", pressed, headers=headers).status_code == 303


def test_two_links_opened_in_parallel_both_have_a_button_that_works(site: Site) -> None:
    visitor = site.stranger()
    pages = [visitor.get(site.link(role)).text for role in ("member", "manager")]
    answer = visitor.send("/sign-in", button_of(pages[0]))
    assert (answer.status_code, email_of("member") in visitor.get("/account").text) == (303, True)


def test_switching_to_another_person_names_both_first(site: Site) -> None:
    """An attacker's link could sign a customer's admin in to the attacker's organization."""
    visitor = site.visitor("admin")
    link = site.link("executive", "globex")
    page = visitor.get(link, headers={"Sec-Fetch-Site": "cross-site"})
    named = ("admin@acme.example", "executive@globex.example", "Stay signed in as Admin of Acme")
    assert (page.status_code, [name in words(page.text) for name in named]) == (200, [True] * 3)
    assert "admin@acme.example" in visitor.get("/account").text
    before = visitor.http.cookies["worksights"]
    assert visitor.send("/sign-in", button_of(page.text)).status_code == 303
    assert "executive@globex.example" in visitor.get("/account").text
    old = site.stranger()
    old.http.cookies.set("worksights", before)
    assert old.get("/account").status_code == 401


def test_a_person_who_signed_in_after_the_page_was_opened_is_named_before_the_switch(
    site: Site,
) -> None:
    visitor, link = site.stranger(), site.link("member")
    pressed = button_of(visitor.get(link).text)
    visitor.sign_in(site.link("admin"))
    visitor.get(link)  # in another tab: a cookie for the first tab's form
    pressed = [*pressed[1:], button_of(visitor.get(link).text)[0]]
    page = visitor.send("/sign-in", pressed)
    assert (page.status_code, "admin@acme.example" in page.text) == (200, True)
    assert "admin@acme.example" in visitor.get("/account").text
    assert visitor.send("/sign-in", button_of(page.text)).status_code == 303
    assert "member@acme.example" in visitor.get("/account").text
