"""The Overview page: the numbers, problems with their next step, and who changed what."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.database.postgres import connect
from integration.directory.rights import Right, who_may
from integration.pipeline.job_states import record_passed_job
from simulator.world import World
from tests.web.page.fixtures import ACCOUNTS, connected_site
from tests.web.page.site import LONG_AGO, Site, Visitor, user_id_of
from tests.web.page.zoom_users import imported, mapped, words

TAB = "/services/zoom/overview"
ACME, SECOND, GLOBEX = ACCOUNTS


def figures(visitor: Visitor) -> dict[str, str]:
    page = visitor.get(TAB).text
    found = re.findall(r"<div><dt>(.*?)</dt><dd[^>]*>(.*?)</dd></div>", page, re.DOTALL)
    return {name: words(value) for name, value in found}


@pytest.fixture
def acme(site: Site) -> Site:
    site.connect("acme", ACME)
    with_zoom_users(site)
    return site


def with_zoom_users(site: Site) -> None:
    """Imported, one of them mapped to nobody."""
    imported(
        site, ACME, zu_member="member@acme.example", zu_admin="admin@acme.example",
        zu_new="new@acme.example", zu_room=None,
    )  # fmt: skip
    mapped(site, "zu_room", None)


@pytest.fixture
def grown(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The same after the first hour: somebody has an entry."""
    with connected_site(server_url, zoom, tmp_path_factory.mktemp("home")) as site:
        with_zoom_users(site)
        site.rows(
            """
            insert into timeline.activities (
                activity_id, organization_id, user_id, session_id, service, feature, category,
                color, title, role, session_type, started_at, ended_at, duration_seconds,
                is_estimated, last_event_at, updated_at
            )
            values (
                'a', 'acme', %s, 's', 'zoom', 'meetings', 'Call', 'cyan', 'Hosted', 'host',
                'instant', %s, %s, 60, false, %s, %s
            )
            """,
            user_id_of("member"), *[LONG_AGO] * 4,
        )  # fmt: skip
        yield site


def test_without_a_connection_zoom_can_be_connected(site: Site) -> None:
    page = site.visitor("executive").get(TAB).text
    assert ("No Zoom account is connected" in page, "Connect Zoom" in page) == (True, True)
    assert "Connect Zoom" not in site.visitor("owner").get(TAB).text


def test_the_page_counts_people_and_their_features(grown: Site) -> None:
    grown.rows(
        "insert into integration.subscription_changes (organization_id, user_id, feature, is_on) "
        "values ('acme', %s, 'webinars', false), ('acme', null, 'phone', false)",
        user_id_of("member"),
    )
    visitor = grown.visitor("executive")
    assert figures(visitor) == {
        "Integration owner": f"Executive of Acme Change the integration owner of {ACME}",
        "Zoom account": f"{ACME} Rename Zoom account {ACME} Connected",
        "Connected": "1 Jan 2025, 01:00",
        "Last webhook": "None received",
        "Entries in the last 7 days": "0 0 webhooks in the last 24 hours",
        "From webhook to entry": "– no entry in the last 7 days",
        "Mapped Zoom users": "2 of 4 1 not mapped",
    }
    people = "Meetings 2 people · Webinars 1 person · Phone calls 0 people"
    assert people in words(visitor.get(TAB).text)
    technical = figures(grown.visitor("technical_admin"))
    assert figures(visitor).keys() - technical.keys() == {
        "Entries in the last 7 days", "From webhook to entry",
    }  # fmt: skip


def test_a_failing_connection_is_shown_with_its_next_step(acme: Site) -> None:
    acme.rows(
        "update integration.connections set status = 'needs_attention', "
        "status_detail = 'The grant lacks a scope. Add it, then reconnect.'"
    )
    for role, next_step in {
        "admin": "Add it, then reconnect. Meanwhile: New Zoom users and changed emails",
        "owner": f"Add it, then reconnect. Only {who_may(Right.CONNECT)} can connect",
    }.items():
        said = attention(acme, role)
        assert f"The users of Zoom account {ACME} cannot be read The grant lacks" in said
        assert (next_step in said, "Reconnect" in said) == (True, role == "admin")


def test_all_is_well_only_when_webhooks_arrive_and_everyone_was_reviewed(grown: Site) -> None:
    """A Technical Admin sees the same problems without their counts."""
    nothing_yet = f"Nothing received from Zoom account {ACME} yet"
    for role, unmapped in {
        "admin": "1 Zoom user is not mapped",
        "technical_admin": "Some Zoom users are not mapped",
    }.items():
        said = attention(grown, role)
        assert (unmapped in said, nothing_yet in said, "No problems" in said) == (True, True, False)
    grown.visitor("technical_admin").post(f"{TAB}/reviewed")
    said = attention(grown, "admin")
    assert ("not mapped" in said, nothing_yet in said, "No problems" in said) == (
        False, True, False,
    )  # fmt: skip


def test_unreadable_settings_are_shown(acme: Site) -> None:
    acme.rows(
        "insert into pipeline.settings values "
        "('acme', 'own_domain', 'no domain', '', '', '{(,)}'), "
        "('globex', 'own_domain', 'nor this', '', '', '{(,)}')"
    )
    page = words(acme.visitor("owner").get(TAB).text)
    assert "1 own domain is invalid and is ignored." in page


def attention(site: Site, role: str = "owner") -> str:
    page = site.visitor(role).get(TAB).text
    return words(page.partition('id="attention"')[2].partition("</section>")[0])


def test_an_audit_that_failed_is_shown_until_one_has_passed(acme: Site) -> None:
    """A batch does not clear it: a batch checks only what it touches, so it can succeed while the
    tables are wrong.
    """
    acme.rows(
        "insert into pipeline.run_failures (run_id, failed_at, job, steps) values "
        "('r1', now() - interval '26 hours', 'nightly_audit', '{dbt_models}'), "
        "('r2', now() - interval '2 hours', 'nightly_audit', '{dbt_models}')"
    )
    acme.rows(
        "insert into pipeline.batches (batch, as_of, finished_at) "
        "values (1, now(), now() - interval '1 hour')"
    )
    said = attention(acme)
    assert "The nightly data check did not pass" in said
    assert "found inconsistent data" in said
    assert "Contact the team that runs WorkSights, which can compare it with" in said
    assert "dbt_models" not in said  # a name for operators
    assert ("The last update failed" in said, "where it stopped" in said) == (False, False)
    with connect(acme.database_url, role="pipeline") as connection:
        record_passed_job(connection, "nightly_audit", now=datetime.now(UTC) - timedelta(hours=3))
    assert "did not pass" in attention(acme)
    with connect(acme.database_url, role="pipeline") as connection:
        record_passed_job(connection, "nightly_audit", now=datetime.now(UTC))
    assert "did not pass" not in attention(acme)


def test_a_failed_batch_is_continued_by_the_next_one(acme: Site) -> None:
    acme.rows(
        "insert into pipeline.run_failures (run_id, job, steps) "
        "values ('r1', 'zoom_batch', '{dbt_models}')"
    )
    said = attention(acme)
    assert ("The last update failed" in said, "where it stopped" in said) == (True, True)
    assert "nightly check" not in said


def test_changes_are_shown_as_sentences_and_all_of_them_in_pages(acme: Site) -> None:
    visitor = acme.visitor("executive")
    visitor.post("/services/zoom/users/zu_new/change", {"to": user_id_of("member"), "since": "now"})
    visitor.post(
        "/services/zoom/users/zu_new/change", {"to": "nobody", "since": "day", "day": "2026-02-01"}
    )
    visitor.post(
        f"/services/zoom/features/users/{user_id_of('admin')}/change",
        {"feature": "phone", "to": "off", "since": "now"},
    )
    visitor.post(
        "/services/zoom/features/organization/change",
        {"feature": "webinars", "to": "off", "since": "now"},
    )
    sentences = [
        "switched webinars off for the organization",
        "switched phone calls off for Admin of Acme",
        "set Zoom user zu_new to Nobody, effective from 1 Feb 2026",
        "mapped Zoom user zu_new to Member of Acme",
    ]
    for path in (TAB, f"{TAB}/changes"):
        page = words(visitor.get(path).text)
        places = [page.find(f"Executive of Acme {sentence}") for sentence in sentences]
        assert (-1 in places, places) == (False, sorted(places))
    acme.rows(
        "insert into integration.audit_trail (organization_id, user_id, kind, subject, details) "
        "select 'acme', 'x', 'connection_made', 'c', '{\"zoom_account_id\": \"a\"}' "
        "from generate_series(1, 60)"
    )
    last = visitor.get(f"{TAB}/changes?page=2").text
    assert (last.count("<li><p>"), 'rel="next"' in last) == (14, False)


def test_another_organizations_changes_are_not_shown(acme: Site) -> None:
    acme.connect("globex", GLOBEX)
    imported(acme, GLOBEX, zu_globex=None)
    theirs = acme.visitor("executive", "globex")
    theirs.post("/services/zoom/users/zu_globex/change", {"to": "nobody", "since": "now"})
    assert "zu_globex" in theirs.get(TAB).text
    assert "zu_globex" not in acme.visitor("executive").get(TAB).text
