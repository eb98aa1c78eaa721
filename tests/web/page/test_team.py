"""A team's week: who is on it and in which order, what each viewer may see, and every state."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integration.figures.periods import period_named
from integration.figures.team_figures import NoComparison, TeamFigures, team_figures
from tests.databases import page_of
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.zoom_users import rows_of, words

WEEK = "week=2026-W11"  # 9 to 15 March
REPORTS_TO = {"technical_admin": "manager", "member": "technical_admin", "manager": "member"}
MANAGER, MEMBER = user_id_of("manager"), user_id_of("member")


@pytest.fixture(scope="module")
def team(story: Site) -> Iterator[Site]:
    """The member reports to the manager through the technical admin, in a ring."""
    change = "update worksights.users set manager_user_id = %s where user_id = %s"
    for role, manager in REPORTS_TO.items():
        story.rows(change, user_id_of(manager), user_id_of(role))
    yield story
    for role in REPORTS_TO:
        story.rows(change, None, user_id_of(role))


@pytest.fixture(scope="module")
def executive(team: Site) -> Visitor:
    return team.visitor("executive")


@pytest.fixture(scope="module")
def manager(team: Site) -> Visitor:
    return team.visitor("manager")


def names(visitor: Visitor, query: str) -> list[str]:
    return [row[0].partition(" of ")[0] for row in rows_of(visitor.get(f"/team?{query}").text)]


def test_everybody_is_listed_by_name_and_sorted_by_any_column(executive: Visitor) -> None:
    by_name = ["Admin", "Executive", "Manager", "Member", "Owner", "Technical Admin"]
    assert names(executive, WEEK) == by_name
    assert names(executive, f"{WEEK}&sort=-name") == by_name[::-1]
    assert names(executive, f"{WEEK}&sort=-hours")[0] == "Member"
    assert names(executive, f"{WEEK}&sort=outside")[0] == "Member"
    assert names(executive, f"{WEEK}&sort=-company")[0] == "Member"
    assert names(executive, f"{WEEK}&sort=nothing") == by_name
    page = executive.get(f"/team?{WEEK}").text
    sorts = re.findall(r'<a href="/team\?week=2026-W11&amp;sort=([a-z-]+)">', page)
    assert sorts == ["-name", "-hours", "-outside", "company"]


def test_a_person_leads_to_their_day_and_a_company_to_its_page(
    executive: Visitor, manager: Visitor
) -> None:
    page = executive.get(f"/team?{WEEK}").text
    assert f'<a href="/timeline/{MEMBER}?day=2026-03-10">Member of Acme</a>' in page
    assert re.search(r'<a href="/clients/companies/[0-9a-f-]+">Client Two</a>', page)
    own = manager.get(f"/team?{WEEK}").text
    assert ("Client Two" in own, 'href="/clients' in own) == (True, False)
    assert "Opening" not in page + own  # topics are never shown


def test_a_manager_sees_those_who_report_to_them_and_nobody_else(
    executive: Visitor, manager: Visitor
) -> None:
    assert names(manager, WEEK) == ["Member", "Technical Admin"]
    assert names(executive, f"{WEEK}&team={MANAGER}") == ["Member", "Technical Admin"]
    assert manager.get(f"/team?team={user_id_of('owner')}").status_code == 403
    for visitor in (manager, executive):
        for unknown in (user_id_of("member", "globex"), "nobody"):
            assert visitor.get(f"/team?team={unknown}").status_code == 404
            assert visitor.get(f"/team.csv?team={unknown}").status_code == 404
    assert (
        "No one reports to Owner of Acme" in executive.get(f"/team?team={user_id_of('owner')}").text
    )


def test_a_wrong_period_gives_the_form_back(executive: Visitor) -> None:
    for wrong in ("week=2026-W54", "week=soon", "month=2026-13", "from=2026-02-30", "from=x"):
        answer = executive.get(f"/team?{wrong}&team={MANAGER}&sort=-hours")
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.text
        assert f'name="team" value="{MANAGER}"' in answer.text
    assert "9 – 13 March" in executive.get("/team?from=2026-03-11").text


def test_a_day_leads_to_its_week_or_while_months_are_shown_to_its_month(
    executive: Visitor,
) -> None:
    month = executive.get("/team?month=2026-04").text
    assert "Month of" in month
    assert '<input type="hidden" name="by" value="month">' in month
    assert "Team, March 2026" in words(executive.get("/team?from=2026-03-11&by=month").text)
    assert "Week of" in executive.get("/team?week=2026-W11&by=month").text
    wrong = executive.get("/team?from=2026-02-30&by=month")
    assert wrong.status_code == 400
    assert "Enter any day of the month that you want to see." in words(wrong.text)
    assert 'name="by" value="month"' in wrong.text


def test_empty_weeks_say_why_and_lead_to_sessions(executive: Visitor, story: Site) -> None:
    past = words(executive.get("/team?week=2026-W20").text)
    assert "No sessions during this week None of these people was in a session." in past
    future = words(executive.get("/team?week=2098-W20").text)
    assert "This week has not started yet" in future
    story.rows("delete from integration.access_log")
    executive.get("/team?week=2026-W20")
    assert story.rows("select count(*) from integration.access_log") == [(0,)]


def test_the_weekend_is_shown_where_somebody_was_in_a_session(executive: Visitor) -> None:
    weekend = executive.get("/team?week=2026-W13").text  # the clock changes on Sunday
    assert ("Sun 29" in weekend, "23 – 29 March" in weekend) == (True, True)
    assert "Sat 14" not in executive.get(f"/team?{WEEK}").text


def test_a_month_has_its_weeks_as_columns(executive: Visitor) -> None:
    page = executive.get("/team?month=2026-03").text
    assert re.findall(r'<th scope="col" class="strip-day">(.*?)</th>', page) == [
        "1", "2 – 8", "9 – 15", "16 – 22", "23 – 29", "30 – 31",
    ]  # fmt: skip
    assert "9 – 15 March: 2 h 25 min, 1 h 15 min with external people" in page


def test_only_the_people_of_the_page_are_recorded(manager: Visitor, story: Site) -> None:
    query = "select act, about_user_id, lower(days)::text from integration.access_log"
    for path in (f"/team?{WEEK}", f"/team.csv?{WEEK}"):
        story.rows("delete from integration.access_log")
        assert manager.get(path).status_code == 200
        reports = {MEMBER, user_id_of("technical_admin")}
        assert set(story.rows(query)) == {("team", one, "2026-03-09") for one in reports}


def figures_at(site: Site, week: str, now: datetime) -> TeamFigures:
    with page_of(site.database_url, "acme") as connection:
        return team_figures(
            connection, period_named(week), organization_id="acme", users=None,
            zone=ZoneInfo("Europe/Berlin"), now=now,
        )  # fmt: skip


def test_today_is_shown_and_not_compared(story: Site) -> None:
    """In Berlin it is Wednesday, and in New York still Tuesday for some hours."""
    found = figures_at(story, "2026-W11", datetime(2026, 3, 11, 3, 30, tzinfo=UTC))
    assert found.comparison.days.last == date(2026, 3, 9)
    assert (found.figures.companies, found.comparison.now.companies) == (3, 0)
    later = figures_at(story, "2026-W11", datetime(2026, 3, 11, 4, 30, tzinfo=UTC))
    assert later.comparison.days.last == date(2026, 3, 10)
    assert later.comparison.days_before.last == date(2026, 3, 3)
    assert later.comparison.now == found.figures


def test_a_first_week_and_a_first_day_have_no_comparison(story: Site) -> None:
    monday = figures_at(story, "2026-W11", datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert monday.compared is NoComparison.NO_COMPLETE_DAY
    first = figures_at(story, "2025-W01", datetime(2025, 6, 1, tzinfo=UTC))
    assert first.compared is NoComparison.NOT_CONNECTED


def test_a_company_is_quiet_after_thirty_days(story: Site) -> None:
    met = datetime(2026, 3, 10, tzinfo=UTC)
    counts = [
        figures_at(story, "2026-W15", met + timedelta(days=count)).figures.quiet_companies
        for count in (29, 31)
    ]
    assert counts == [0, 3]


def test_groups_only_shows_figures_of_complete_weeks_of_five_people_and_no_more(
    executive: Visitor, manager: Visitor, story: Site
) -> None:
    add = "insert into integration.privacy_settings (organization_id, name, value) values "
    story.rows(add + "('acme', 'view', 'grouped')")
    try:
        for visitor in (executive, manager):
            page = words(visitor.get(f"/team?{WEEK}").text)
            assert "Too few people for a figure" in page  # four were in sessions
            assert "Member of Acme" not in page
            assert visitor.get(f"/team.csv?{WEEK}").status_code == 403
            assert "Person-hours in sessions" not in page
        story.rows(
            "insert into timeline.user_days select organization_id, %s, activity_count, "
            "hosted_count, seconds, external_seconds, meetings_seconds, webinars_seconds, "
            "phone_seconds, day from timeline.user_days where user_id = %s and day = '2026-03-10'",
            user_id_of("owner"), user_id_of("admin"),
        )  # fmt: skip
        leads = "update worksights.users set manager_user_id = %s where user_id = %s"
        story.rows(leads, None, MANAGER)  # people in a ring are in no team
        page = words(executive.get(f"/team?{WEEK}").text)
        story.rows(leads, MEMBER, MANAGER)
        assert "6 h 25 min by 5 people" in page
        assert ("Person by person" in page, "No change" in page) == (False, False)
        assert "This week is not over yet" in words(executive.get("/team?week=2098-W20").text)
    finally:
        story.rows("delete from integration.privacy_settings")
        story.rows(
            "delete from timeline.user_days where user_id = %s and day = '2026-03-10'",
            user_id_of("owner"),
        )
