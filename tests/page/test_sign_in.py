"""One-time links, sessions, and their end."""

from pathlib import Path
from typing import Any

from tests.page.site import Site, email_of, running_site, user_id_of


def test_a_link_signs_in_and_leads_to_the_first_page_of_that_role(site: Site) -> None:
    seen = {}
    for role in ("executive", "member"):
        visitor = site.stranger()
        page = visitor.follow(site.link(role))
        seen[role] = (page.status_code, email_of(role) in visitor.get("/account").text)
    assert seen == {"executive": (200, True), "member": (200, True)}


def test_a_link_works_once(site: Site) -> None:
    link = site.link("executive")
    first, second = site.stranger(), site.stranger()
    assert [first.get(link).status_code, second.get(link).status_code] == [303, 401]
    assert second.get("/account").status_code == 401


def test_a_link_ends_after_ten_minutes(site: Site) -> None:
    link = site.link("executive")
    site.rows("update integration.sign_in_links set expires_at = now()")
    answer = site.stranger().get(link)
    assert answer.status_code == 401
    assert "sign-in-link" in answer.text


def test_a_link_that_was_made_up_is_refused_before_the_database_is_asked(site: Site) -> None:
    assert site.stranger().get("/sign-in?token=made-up.signature").status_code == 401
    assert site.stranger().get("/sign-in").status_code == 401


def test_a_program_that_only_looks_does_not_use_the_link_up(site: Site) -> None:
    link = site.link("executive")
    previewer = site.stranger()
    for headers in (
        {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
        {"User-Agent": "Mozilla/5.0 SkypeUriPreview Preview/0.5"},
        {"Sec-Purpose": "prefetch;prerender"},
    ):
        assert previewer.get(link, headers=headers).status_code == 200
    assert previewer.http.head(link, timeout=20).status_code == 200
    assert previewer.get("/account").status_code == 401
    assert site.stranger().get(link).status_code == 303


def test_the_button_of_the_previewed_page_signs_in(site: Site) -> None:
    visitor, link = site.stranger(), site.link("executive")
    token = link.partition("token=")[2]
    assert visitor.send("/sign-in", [("token", token)]).status_code == 303
    assert visitor.get("/account").status_code == 200


def test_neither_tokens_nor_sessions_are_stored_as_they_are(site: Site) -> None:
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
    visitor.get(site.link("executive"))
    assert visitor.http.cookies["worksights"] != before
    old = site.stranger()
    old.http.cookies.set("worksights", before)
    assert old.get("/account").status_code == 401


def test_signing_out_ends_the_session_also_for_a_copy_of_the_cookie(site: Site) -> None:
    visitor, copy = site.visitor("executive"), site.stranger()
    copy.http.cookies.set("worksights", visitor.http.cookies["worksights"])
    assert copy.get("/account").status_code == 200
    assert visitor.post("/sign-out").headers["location"] == "/signed-out"
    assert "worksights" not in visitor.http.cookies
    assert copy.get("/account").status_code == 401


def test_a_session_ends_after_twelve_hours(site: Site) -> None:
    visitor = site.visitor("executive")
    ((life,),) = site.rows(
        "select extract(epoch from expires_at - started_at)::int from integration.page_sessions"
    )
    assert abs(life - 12 * 3600) < 60
    site.rows("update integration.page_sessions set expires_at = now()")
    assert visitor.get("/account").status_code == 401


def test_the_role_counts_as_it_is_now(site: Site) -> None:
    visitor = site.visitor("member")
    assert visitor.get("/services").status_code == 403
    site.rows("update worksights.users set role = 'admin' where user_id = %s", user_id_of("member"))
    assert visitor.get("/services").status_code == 200


def test_a_deactivated_user_is_out_at_once_and_gets_no_link(site: Site) -> None:
    visitor, link = site.visitor("executive"), site.link("executive")
    site.rows(
        "update worksights.users set deactivated_at = now() where user_id = %s",
        user_id_of("executive"),
    )
    assert visitor.get("/services").status_code == 401
    assert site.stranger().get(link).status_code == 401


def test_the_cookie_is_for_this_site_alone(site: Site) -> None:
    cookie = site.stranger().get(site.link("executive")).headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= attributes
    assert "secure" not in attributes  # this site is on http


def test_who_is_not_signed_in_is_told_how_to_get_a_link(site: Site) -> None:
    answer = site.stranger().get("/services/zoom/overview")
    assert (answer.status_code, "sign-in link" in answer.text) == (401, True)
    assert "location" not in answer.headers


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(
    database_url: str, zoom: Any, tmp_path: Path
) -> None:
    world, zoom_url = zoom
    with running_site(
        database_url, world=world, zoom_url=zoom_url, home=tmp_path, public_url="https://w.example"
    ) as site:
        path = site.link("executive").removeprefix("https://w.example")
        answer = site.stranger().get(path)
    assert answer.headers["set-cookie"].startswith("__Host-worksights=")
    assert "secure" in answer.headers["set-cookie"].lower()
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
