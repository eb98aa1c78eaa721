"""Sessions and cookies: what a sign-in creates, and how it ends."""

from pathlib import Path
from typing import Any

import requests

from tests.web.page.site import Site, button_of, running_site, user_id_of


def test_neither_tokens_nor_sessions_are_stored_in_plain_text(site: Site) -> None:
    link, visitor = site.link("executive"), site.visitor("admin")
    token = link.partition("token=")[2].partition(".")[0]
    session = visitor.http.cookies["worksights"].partition(".")[0]
    stored = str(site.rows("select * from integration.sign_in_links")) + str(
        site.rows("select * from integration.page_sessions")
    )
    assert len(token) > 40
    assert (token in stored, session in stored) == (False, False)


def test_signing_in_again_gives_another_session_and_ends_the_old_one(site: Site) -> None:
    visitor = site.visitor("executive")
    before = visitor.http.cookies["worksights"]
    page = visitor.get(site.link("executive")).text
    assert "You are already signed in" in page
    visitor.send("/sign-in", button_of(page))
    assert visitor.http.cookies["worksights"] != before
    old = site.stranger()
    old.http.cookies.set("worksights", before)
    assert old.get("/account").status_code == 401


def test_signing_out_ends_the_session_even_for_a_copy_of_the_cookie(site: Site) -> None:
    visitor, copy = site.visitor("executive"), site.stranger()
    copy.http.cookies.set("worksights", visitor.http.cookies["worksights"])
    assert copy.get("/account").status_code == 200
    assert visitor.post("/sign-out").headers["location"] == "/signed-out"
    assert "worksights" not in visitor.http.cookies
    assert copy.get("/account").status_code == 401


def test_a_session_expires_after_twelve_hours(site: Site) -> None:
    visitor = site.visitor("executive")
    ((life,),) = site.rows(
        "select extract(epoch from expires_at - started_at)::int from integration.page_sessions"
    )
    assert abs(life - 12 * 3600) < 60
    site.rows("update integration.page_sessions set expires_at = now()")
    assert visitor.get("/account").status_code == 401


def test_a_changed_role_applies_at_once(site: Site) -> None:
    visitor = site.visitor("member")
    assert visitor.get("/services").status_code == 403
    site.rows("update worksights.users set role = 'admin' where user_id = %s", user_id_of("member"))
    assert visitor.get("/services").status_code == 200


def test_a_deactivated_user_is_signed_out_at_once_and_their_link_is_refused(site: Site) -> None:
    visitor, link, opener = site.visitor("executive"), site.link("executive"), site.stranger()
    pressed = button_of(opener.get(link).text)
    site.rows(
        "update worksights.users set deactivated_at = now() where user_id = %s",
        user_id_of("executive"),
    )
    assert visitor.get("/services").status_code == 401
    assert opener.get(link).status_code == 401
    assert opener.send("/sign-in", pressed).status_code == 401


def cookie_of(answer: requests.Response, name: str) -> set[str]:
    """The attributes of one cookie that an answer sets."""
    found = [one for one in answer.raw.headers.getlist("set-cookie") if one.startswith(f"{name}=")]
    return {part.strip().lower() for part in found[0].split(";")[1:]}


def test_the_cookies_are_for_this_site_alone(site: Site) -> None:
    visitor, link = site.stranger(), site.link("executive")
    opened = cookie_of(visitor.get(link), "worksights-sign-in")
    signed_in = cookie_of(visitor.sign_in(link), "worksights")
    both = {"httponly", "samesite=lax", "path=/"}
    assert (opened, signed_in) == (both | {"max-age=600"}, both | {"max-age=43200"})
    assert [*visitor.http.cookies.keys()] == ["worksights"]  # the other one is no longer needed


def test_a_visitor_who_is_not_signed_in_sees_how_to_get_a_link(site: Site) -> None:
    answer = site.stranger().get("/services/zoom/overview")
    assert (answer.status_code, "sign-in link" in answer.text) == (401, True)
    assert "location" not in answer.headers


def test_behind_https_the_cookies_are_secure_and_bound_to_the_host(
    database_url: str, zoom: Any, tmp_path: Path
) -> None:
    world, zoom_url = zoom
    with running_site(
        database_url, world=world, zoom_url=zoom_url, home=tmp_path, public_url="https://w.example"
    ) as site:
        path = site.link("executive").removeprefix("https://w.example")
        visitor = site.stranger()
        page = visitor.get(path)
        (cookie,) = page.raw.headers.getlist("set-cookie")
        # The client of the tests does not send secure cookies over HTTP.
        answer = visitor.send(
            "/sign-in", button_of(page.text), headers={"Cookie": cookie.partition(";")[0]}
        )
    both = {"httponly", "samesite=lax", "path=/", "secure"}
    assert cookie_of(page, "__Host-worksights-sign-in") == both | {"max-age=600"}
    assert cookie_of(answer, "__Host-worksights") == both | {"max-age=43200"}
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_a_session_outlives_a_rotation_of_the_key(
    database_url: str, zoom: Any, tmp_path: Path
) -> None:
    world, zoom_url = zoom
    with running_site(database_url, world=world, zoom_url=zoom_url, home=tmp_path) as site:
        cookie = site.visitor("executive").http.cookies["worksights"]
    for keys, status in (("newer,session-key-of-the-tests", 200), ("newer", 401)):
        with running_site(
            database_url, world=world, zoom_url=zoom_url, home=tmp_path, session_key=keys
        ) as site:
            visitor = site.stranger()
            visitor.http.cookies.set("worksights", cookie)
            assert visitor.get("/account").status_code == status
