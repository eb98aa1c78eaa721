"""The checklist of the first hour over HTTP: who sees what, what a review covers, and what a test
meeting says when nothing arrives. The whole way is in tests/browser/test_first_hour_in_the_browser.
"""

import re

import pytest

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.zoom_users import imported, words

OVERVIEW = "/services/zoom/overview"
TEST_MEETING = f"{OVERVIEW}/test-meeting"
ACME, SECOND, GLOBEX = ACCOUNTS


@pytest.fixture
def acme(site: Site) -> Site:
    """Imported, with a Zoom user that is mapped by email and two that are not mapped."""
    site.connect("acme", ACME)
    imported(site, ACME, zu_member="member@acme.example", zu_new="new@acme.example", zu_room=None)
    return site


def look(visitor: Visitor, path: str = OVERVIEW) -> str:
    return words(visitor.get(path).text)


def to_do(visitor: Visitor) -> str:
    """The step to do now."""
    page = visitor.get(OVERVIEW).text
    return words(page.partition('aria-current="step">')[2].partition("</li>")[0])


def test_a_review_covers_the_zoom_users_of_its_time_and_organization(acme: Site) -> None:
    acme.connect("globex", GLOBEX)
    imported(acme, GLOBEX, zu_globex=None)
    admin = acme.visitor("admin")
    assert "2 Zoom users are not mapped" in to_do(admin)
    admin.post(f"{OVERVIEW}/reviewed")
    page = look(admin)
    assert "2 Zoom users stay unmapped, as Admin of Acme decided." in page
    assert "Admin of Acme reviewed the mapping and left the rest" in page
    assert "1 Zoom user is not mapped" in to_do(acme.visitor("admin", "globex"))

    imported(acme, ACME, zu_late="late@acme.example")
    assert "1 new Zoom user is not mapped" in to_do(admin)


def test_a_technical_admin_sees_the_same_steps_without_a_count(acme: Site) -> None:
    technical = acme.visitor("technical_admin")
    acme.rows("update integration.connections set users_imported_at = null, users_read = 300")
    running = to_do(technical)
    acme.rows("update integration.connections set users_imported_at = now(), users_read = null")
    reviewing = to_do(technical)
    assert ("Importing users" in running, "not mapped" in reviewing) == (True, True)
    steps = look(technical).partition("Setting up")[2].partition("Mapped people")[0]
    assert (
        re.findall(r"\d+ (?:new )?(?:Zoom )?users?|\d+ of them", running + reviewing + steps) == []
    )
    assert "2 Zoom users are not mapped" in look(acme.visitor("admin"))


def test_a_failed_first_import_is_the_step_to_fix(acme: Site) -> None:
    acme.rows(
        "update integration.connections set status = 'needs_attention', users_imported_at = null, "
        "status_detail = 'The grant lacks a scope. Add it, then reconnect.'"
    )
    step = to_do(acme.visitor("admin"))
    assert "The user import failed" in step
    assert "Add it, then reconnect. Reconnect" in step


def test_without_an_account_those_who_may_not_connect_are_sent_to_those_who_may(
    site: Site,
) -> None:
    step = to_do(site.visitor("owner"))
    assert "No Zoom account is connected" in step
    assert "Ask an Executive" in step
    assert "Connect Zoom" not in step


def test_held_data_is_named_where_no_webhook_can_arrive(acme: Site) -> None:
    acme.rows(
        "insert into integration.privacy_settings (organization_id, name, value, changed_by) "
        "values ('acme', 'processing', 'held', 'test')"
    )
    assert "Processing is on hold" in look(acme.visitor("admin"))


def test_a_test_meeting_that_never_arrives_names_the_likely_reasons_to_its_author(
    acme: Site,
) -> None:
    admin = acme.visitor("admin")
    admin.post(f"{TEST_MEETING}/start")
    waiting = look(admin, TEST_MEETING)
    acme.rows("update integration.test_meetings set started_at = now() - interval '10 minutes'")
    overdue = look(admin, TEST_MEETING)
    others = look(acme.visitor("executive"), TEST_MEETING)
    assert ["Likely reasons" in page for page in (waiting, overdue, others)] == [False, True, False]
    assert f"{acme.base}/webhooks/zoom" in overdue
    assert "Your test meeting" not in others


def test_after_a_disconnection_every_page_says_so(acme: Site) -> None:
    acme.rows(
        "update integration.connections set status = 'disconnected', disconnected_at = now(), "
        "label = 'Head office'"
    )
    admin = acme.visitor("admin")
    paths = (OVERVIEW, *(f"/services/zoom/{tab}" for tab in ("users", "features")), "/missing")
    said = "Head office was disconnected on"
    assert [path for path in paths if said not in look(admin, path)] == []
    assert "from a disconnected account" in look(admin, "/services/zoom/users")
    assert "No Zoom account is connected" in to_do(admin)
    assert "Nothing needs your attention" not in look(admin)
    acme.connect("acme", ACME)
    assert said not in look(admin)
    assert user_id_of("executive") in str(
        acme.rows("select owner_user_id from integration.connections where label is null")
    )
