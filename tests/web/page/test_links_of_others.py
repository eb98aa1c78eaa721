"""A session from a link that somebody else made is marked on every page and in both logs."""

from html import unescape

from tests.web.page.links_of_others import visitor_with_link_of_another
from tests.web.page.site import Site, user_id_of
from tests.web.page.zoom_users import words

MARK = "You are signed in with a link that someone else created."


def test_every_page_is_marked(site: Site) -> None:
    marked, own = visitor_with_link_of_another(site, "executive"), site.visitor("executive")
    for path in ("/account", "/timeline", "/services/zoom/overview", "/timeline/nobody"):
        assert MARK in words(marked.get(path).text)
        assert MARK not in words(own.get(path).text)


def test_both_logs_name_who_made_the_link(story: Site) -> None:
    visitor = visitor_with_link_of_another(story, "executive")
    member = user_id_of("member")
    visitor.get(f"/timeline/{member}?day=2026-03-10")
    visitor.get("/timeline?day=2026-03-10")
    seen = story.rows(
        "select distinct about_user_id from integration.access_log "
        "where actor = %s and via_link_of = 'command:root' and act = 'day'",
        user_id_of("executive"),
    )
    assert {(member,), (user_id_of("executive"),)} <= set(seen)
    account = words(unescape(story.visitor("member").get("/account").text))
    assert "Someone with a link to the account of Executive of Acme" in account
    assert story.rows(
        "select kind, user_id from integration.audit_trail "
        "where via_link_of = 'command:root' and subject = %s",
        user_id_of("executive"),
    ) == [("signed_in", user_id_of("executive"))]


def test_a_change_in_such_a_session_is_marked_in_the_audit_trail(site: Site) -> None:
    visitor = visitor_with_link_of_another(site, "admin")
    visitor.post("/services/zoom/privacy/topics", {"to": "participants"})
    visitor.post("/sign-out")
    assert site.rows(
        "select kind from integration.audit_trail where via_link_of = 'command:root' "
        "order by number"
    ) == [("signed_in",), ("privacy_changed",), ("signed_out",)]


def test_the_list_of_changes_shows_no_sign_ins(site: Site) -> None:
    page = words(site.visitor("admin").get("/services/zoom/overview/changes").text)
    assert "No changes yet." in page
