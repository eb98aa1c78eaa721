"""Managers see the days and outcomes of those who report to them, directly or through others."""

import re
from collections.abc import Iterator

import pytest

from integration.database.postgres import transaction
from integration.directory.reports import managers_of, reports_of
from tests.web.page.site import ROLES, Site, user_id_of

DAY = "/timeline/{}?day=2026-03-10"
MARCH = "/missing?from=2026-03-10&to=2026-03-10&outcome=all"
# The member reports to the manager through the technical admin; the manager's manager is the
# member, so that three of them are a ring.
REPORTS_TO = {"technical_admin": "manager", "member": "technical_admin", "manager": "member"}


@pytest.fixture(scope="module")
def team(story: Site) -> Iterator[Site]:
    def report(role: str, manager: str | None) -> None:
        story.rows(
            "update worksights.users set manager_user_id = %s where user_id = %s",
            manager and user_id_of(manager),
            user_id_of(role),
        )

    for role, manager in REPORTS_TO.items():
        report(role, manager)
    yield story
    for role in REPORTS_TO:
        report(role, None)


def test_those_who_report_through_others_count_once_and_nobody_reports_to_themselves(
    team: Site,
) -> None:
    def ids(*roles: str) -> frozenset[str]:
        return frozenset(map(user_id_of, roles))

    with transaction(team.database_url) as connection:
        reports = {
            role: reports_of(connection, user_id_of(role), organization_id="acme") for role in ROLES
        }
        managers = {
            role: managers_of(connection, user_id_of(role), organization_id="acme")
            for role in ROLES
        }
        assert not reports_of(connection, user_id_of("manager"), organization_id="globex")
    ring = ("manager", "technical_admin", "member")
    expected = {
        role: ids(*(each for each in ring if each != role)) if role in ring else ids()
        for role in ROLES
    }
    assert reports == managers == expected


def test_a_manager_reads_the_day_of_a_report_with_topics_and_of_nobody_else(team: Site) -> None:
    manager = team.visitor("manager")
    answer = manager.get(DAY.format(user_id_of("member")))
    assert (answer.status_code, "Hosted a scheduled meeting: Side talk" in answer.text) == (
        200,
        True,
    )
    assert 'href="/clients/' not in answer.text
    for role in ("executive", "admin", "owner"):
        refused = manager.get(DAY.format(user_id_of(role)))
        assert (refused.status_code, "Salary round" in refused.text) == (403, False)
    assert manager.get(DAY.format("nobody")).status_code == 404
    assert manager.get(DAY.format(user_id_of("member", "globex"))).status_code == 404


def test_the_ring_gives_a_member_no_rights(team: Site) -> None:
    member = team.visitor("member")
    assert member.get(DAY.format(user_id_of("manager"))).status_code == 403
    assert "Person</label>" not in member.get(MARCH).text


def test_a_manager_finds_reports_by_name_and_nobody_else(team: Site) -> None:
    manager = team.visitor("manager")
    assert (
        manager.get("/timeline?find=Member")
        .headers["location"]
        .startswith(f"/timeline/{user_id_of('member')}")
    )
    offered = re.findall(r'<option value="([^"]+)"', manager.get("/timeline").text)
    assert len(offered) == 3  # two reports and the manager
    assert "Executive of" not in manager.get("/timeline?find=Executive").text


def test_a_manager_reads_the_outcomes_of_reports_and_nobody_elses(team: Site) -> None:
    manager = team.visitor("manager")
    page = manager.get(MARCH).text
    assert ("Side talk" in page, "Salary round" in page, "client-one" in page) == (
        True,
        False,
        False,
    )
    (path,) = re.findall(r'href="(/missing/[^"]+)">[^<]*Side talk', page)
    assert manager.get(path).status_code == 200
    assert "Side talk" in manager.get(f"{MARCH}&person=member").text
    assert "No sessions found" in manager.get(f"{MARCH}&person=executive").text
    assert team.visitor("technical_admin").get(path).status_code == 404


def test_topics_for_participants_only_are_closed_to_managers(team: Site) -> None:
    manager, setting = team.visitor("manager"), "integration.privacy_settings"
    of_member = DAY.format(user_id_of("member"))
    try:
        for name, value, expected in (
            ("topics", "participants", (200, False)),
            ("view", "grouped", (403, False)),
        ):
            team.rows(
                f"insert into {setting} (organization_id, name, value) values ('acme', %s, %s)",  # noqa: S608
                name,
                value,
            )
            answer = manager.get(of_member)
            assert (answer.status_code, "Side talk" in answer.text) == expected
            assert "Side talk" not in manager.get(MARCH).text
    finally:
        team.rows("delete from integration.privacy_settings")


def test_the_account_page_names_the_managers_whom_one_reports_to(team: Site) -> None:
    def seers(role: str) -> list[str]:
        page = team.visitor(role).get("/account").text
        return re.findall(r'<th scope="row">(Manager|Executive)</th>', page)

    assert seers("member") == ["Executive", "Manager"]
    assert seers("admin") == ["Executive"]
    page = team.visitor("member").get("/account").text
    assert "<dt>You report to</dt><dd>Technical Admin of Acme</dd>" in page
    assert "You report to" not in team.visitor("admin").get("/account").text


def test_a_change_of_manager_is_in_the_audit_trail(team: Site) -> None:
    found = team.rows(
        "select subject, details ->> 'to' from integration.audit_trail "
        "where kind = 'manager_changed' and organization_id = 'acme'"
    )
    assert (user_id_of("member"), user_id_of("technical_admin")) in found
    page = team.visitor("admin").get("/services/zoom/overview/changes").text
    assert "changed the manager of" in page
