"""Sessions end after an hour without activity, and people see and end their own."""

import json
import re

import pytest

from tests.web.page.links_of_others import visitor_with_link_of_another
from tests.web.page.site import AS_A_BROWSER, Site, Visitor, email_of, user_id_of
from tests.web.page.zoom_users import rows_of, words

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
OPENED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}


@pytest.fixture
def used(shared_site: Site) -> Site:
    shared_site.rows("delete from integration.page_sessions")
    shared_site.rows("delete from integration.sign_in_links")
    return shared_site


def make_older(site: Site, interval: str) -> None:
    site.rows("update integration.page_sessions set last_used_at = now() - %s::interval", interval)


def age(site: Site) -> int:
    """Seconds since the last use that is recorded."""
    return site.rows(
        "select extract(epoch from now() - last_used_at)::int from integration.page_sessions"
    )[0][0]


def listed(visitor: Visitor) -> list[list[str]]:
    """[browser, method] of each session, as the page lists them."""
    page = visitor.get("/account").text.partition("Where you are signed in</caption>")[2]
    return [[row[0], row[3]] for row in rows_of(page.partition("</table>")[0])]


def test_a_session_ends_after_an_hour_without_activity_with_the_way_back(used: Site) -> None:
    visitor = used.visitor("member")
    make_older(used, "59 minutes")
    assert visitor.get("/account").status_code == 200
    make_older(used, "1 hour")
    page = visitor.get("/missing?from=2026-03-01&to=2026-03-20")
    assert page.status_code == 401
    assert "You were signed out after an hour without activity." in words(page.text)
    assert 'href="/sign-in?next=%2Fmissing%3Ffrom%3D2026-03-01%26to%3D2026-03-20"' in page.text
    refused = visitor.send("/account/pause", [("to", "on")])
    assert (refused.status_code, 'href="/sign-in"' in refused.text) == (401, True)
    assert visitor.get("/sign-in").status_code == 200
    used.rows("update integration.page_sessions set expires_at = now()")
    assert "You are not signed in" in visitor.get("/account").text


def test_a_use_is_recorded_once_a_minute(used: Site) -> None:
    visitor = used.visitor("member")
    make_older(used, "50 seconds")
    visitor.get("/account")
    assert age(used) >= 50
    make_older(used, "70 seconds")
    visitor.get("/account")
    assert age(used) < 50


NO_ACTIVITY = {
    "a page that reloads": OPENED | {"Sec-Fetch-User": ""},
    "a script": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"},
    "a picture": {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"},
    "a prefetch": OPENED | {"Sec-Purpose": "prefetch"},
}
ACTIVITY = {
    "a link": OPENED,
    "the address bar": OPENED | {"Sec-Fetch-Site": "none"},
    "a bookmark": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"},
    "an older browser": {"Sec-Fetch-Mode": ""},
}


def test_only_what_a_person_does_keeps_a_session_alive(used: Site) -> None:
    visitor = used.visitor("member")
    kept = {}
    for name, headers in (NO_ACTIVITY | ACTIVITY).items():
        make_older(used, "30 minutes")
        given = {key: value or None for key, value in headers.items()}
        visitor.http.headers.pop("Sec-Fetch-Mode", None)
        assert visitor.get("/account", headers=given).status_code == 200
        kept[name] = age(used) < 1700
    visitor.http.headers.update(AS_A_BROWSER)
    assert kept == dict.fromkeys(NO_ACTIVITY, False) | dict.fromkeys(ACTIVITY, True)
    make_older(used, "30 minutes")
    visitor.post("/account/erasure", {"to": "off"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert age(used) < 1700


def test_people_see_where_they_are_signed_in_and_end_it_at_once(used: Site) -> None:
    here, phone = used.visitor("member"), used.stranger()
    phone.http.headers["User-Agent"] = PHONE
    phone.sign_in(used.link("member"))
    other = visitor_with_link_of_another(used, "member")
    used.visitor("manager")
    this = "Chrome on Linux This browser"
    assert listed(here) == [
        [this, "Sign-in link"],
        ["Chrome on Linux", "Sign-in link created by someone else"],
        ["Safari on iPhone", "Sign-in link"],
    ]
    number = re.findall(r'name="session" value="(\d+)"', here.get("/account").text)[1]
    answer = here.post("/account/sessions/end", {"session": number})
    assert answer.headers["location"] == "/account#sessions"
    assert "That browser is signed out." in here.get("/account").text
    assert [one.get("/account").status_code for one in (here, phone, other)] == [200, 401, 200]
    assert here.post("/account/sessions/end", {"session": number}).status_code == 404
    waiting = used.link("member")
    here.post("/account/sessions/end-others")
    assert [one.get("/account").status_code for one in (here, other)] == [200, 401]
    assert used.stranger().get(waiting).status_code == 401
    assert listed(here) == [[this, "Sign-in link"]]
    assert used.rows("select count(*) from integration.page_sessions") == [(2,)]
    assert used.rows(
        "select kind, user_id from integration.audit_trail where kind like '%%session%%' "
        "order by number"
    ) == [("session_ended", user_id_of("member")), ("other_sessions_ended", user_id_of("member"))]


def test_nobody_ends_the_session_of_somebody_else(used: Site) -> None:
    visitor = used.visitor("executive")
    for organization in ("acme", "globex"):
        used.visitor("member", organization)
    numbers = used.rows(
        "select session_number from integration.page_sessions where user_id like '%%member'"
    )
    odd = ("", "x", "-1", "1e3", "9" * 30, "\u0661", "1 or 1=1")
    for given in (*(str(number) for (number,) in numbers), *odd):
        assert visitor.post("/account/sessions/end", {"session": given}).status_code == 404
    assert used.rows("select count(*) from integration.page_sessions") == [(3,)]


def test_a_browsers_name_puts_no_text_into_the_page(used: Site) -> None:
    visitor = used.stranger()
    visitor.http.headers["User-Agent"] = "<b>Evil</b> " + "x" * 5000 + " Firefox/1 Windows"
    visitor.sign_in(used.link("member"))
    assert listed(visitor)[0][0] == "Firefox on Windows This browser"
    assert used.rows("select browser from integration.page_sessions") == [("Firefox on Windows",)]


def test_a_session_does_not_outlive_a_deactivation_that_is_taken_back(used: Site) -> None:
    visitor, link = used.visitor("member"), used.link("member")
    later = used.visitor("manager")
    change = "update worksights.users set deactivated_at = {} where user_id = '{}'"
    for value in ("now()", "null"):
        used.rows(change.format(value, user_id_of("member")))
    assert (visitor.get("/account").status_code, used.stranger().get(link).status_code) == (
        401, 401,
    )  # fmt: skip
    used.rows(change.format("now() + interval '1 day'", user_id_of("manager")))
    assert later.get("/account").status_code == 200
    used.rows(change.format("null", user_id_of("manager")))
    assert later.get("/account").status_code == 200


def test_a_session_does_not_outlive_its_user(used: Site) -> None:
    visitor = used.visitor("member", "globex")
    ((row,),) = used.rows(
        "delete from worksights.users where user_id = 'globex-member' returning to_jsonb(users)"
    )
    used.rows(
        "insert into worksights.users select * from jsonb_populate_record("
        "null::worksights.users, %s::jsonb)",
        json.dumps(row),
    )
    assert visitor.get("/account").status_code == 401
    assert email_of("member", "globex") == row["email"]
