"""The lists of the organization's contacts: their periods, orders, filters and files."""

import re
from datetime import UTC, datetime

import pytest

from tests.web.page.client_lists import file_of, look, moved, names, page_of, rows
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.zoom_users import words


@pytest.fixture(scope="module")
def owner(story: Site) -> Visitor:
    return story.visitor("owner")


def test_companies_are_listed_with_how_long_they_were_met_in_how_many_meetings(
    owner: Visitor,
) -> None:
    """Cleo met Member and Manager at 09:00, Executive and Admin at 15:00; Dan attended at 09:00.
    Each is one hour, however many were there.
    """
    listed = {
        re.search(r"\S+\.com", row[0])[0]: [row[1], row[2], row[4]]
        for row in rows(look(owner, "/clients?period=all"), "Companies")
    }
    assert listed == {
        "client-one.com": ["2 h in 2 sessions", "10 Mar 2026 Quiet", "2"],
        "c1ient-one.com": ["1 h in 1 session", "10 Mar 2026 Quiet", "1"],
        "client-two.com": ["45 min in 1 session", "10 Mar 2026 Quiet", "1"],
    }
    page = words(look(owner, page_of(owner, "Client One")))
    assert "All time 2 h in 2 sessions 4 h in person-hours" in page
    assert "Last 90 days None" in page
    assert "Known by 4 colleagues" in page


def test_only_the_meetings_of_the_chosen_period_count(story: Site, owner: Visitor) -> None:
    with moved(story, "client-two.com", 60):
        for period, met in (("30", "None"), ("90", "45 min in 1 session"), ("", "45 min in 1"),
                            ("no such", "45 min in 1")):  # fmt: skip
            (row,) = rows(look(owner, f"/clients?q=client-two&period={period}"), "Companies")
            assert row[1].startswith(met)
        page = words(look(owner, page_of(owner, "Client Two")))
        assert "Last 30 days None Last 90 days 45 min in 1 session All time 45 min in 1" in page
        picture = re.search(r'aria-label="Hours by week, ([^"]+)"', look(owner, page_of(
            owner, "Client Two")))[1]  # fmt: skip
        assert [week.rpartition(": ")[2] for week in picture.split("; ")].count("0.8") == 1
        assert len(picture.split("; ")) == 12
        (found,) = file_of(owner, "/clients/companies.csv?q=client-two")
        assert found[3:5] == ["0.75", "1"]


def test_companies_that_nobody_has_met_for_a_month_are_quiet(story: Site, owner: Visitor) -> None:
    with moved(story, "client-two.com", 29):
        assert "Client Two" not in names(owner, "/clients?show=quiet")
        assert {"Client One", "C1ient One"} == set(names(owner, "/clients?show=quiet"))
        page = words(look(owner, "/clients?period=30"))
        assert "All companies 3 Quiet for 30 days 2" in page
    assert len(names(owner, "/clients?show=quiet")) == 3


def test_the_list_is_sorted_by_the_column_whose_link_was_followed(
    story: Site, owner: Visitor
) -> None:
    with moved(story, "client-two.com", 5):
        assert names(owner, "/clients")[0] == "Client Two"  # met last
        assert names(owner, "/clients?sort=last")[-1] == "Client Two"
        assert names(owner, "/clients?sort=name") == ["C1ient One", "Client One", "Client Two"]
        assert names(owner, "/clients?sort=-time&period=all")[0] == "Client One"
        assert names(owner, "/clients?sort=-time&period=30")[0] == "Client Two"
        assert names(owner, "/clients?sort=-people")[0] == "Client One"
        assert names(owner, "/clients?sort=-strength")[0] == "Client Two"
        page = look(owner, "/clients?sort=name&period=30&show=all&q=client")
        assert 'aria-sort="ascending"><a href="/clients?q=client&period=30&sort=-name">' in page
        assert 'name="period" value="30"' in page
        assert [row[0] for row in file_of(owner, "/clients/companies.csv?sort=-name")] == [
            "Client Two", "Client One", "C1ient One",
        ]  # fmt: skip
    for sort in ("name", "-company", "strength", "-last", "sessions"):
        assert len(names(owner, f"/clients/people?sort={sort}", "People")) == 5


def test_the_way_back_from_a_company_leads_to_the_list_as_it_was(owner: Visitor) -> None:
    listed = "/clients?q=client&show=quiet&period=30&sort=name"
    company = page_of(owner, "Client Two", listed)
    page = look(owner, company)
    (back,) = re.findall(r'class="back"><a href="([^"]+)"', page)
    assert back == listed
    person = page_of(owner, "Cleo Client", "/clients/people?sort=name&q=cleo")
    assert 'class="back"><a href="/clients/people?q=cleo&sort=name"' in look(owner, person)
    assert 'class="back"><a href="/clients"' in look(owner, company.partition("?")[0])


def test_a_company_that_one_active_user_knows_is_marked(story: Site, owner: Visitor) -> None:
    (row,) = rows(look(owner, "/clients?q=client-two"), "Companies")
    assert row[3].endswith("Member of Acme Only one colleague knows them")
    assert "Known by Only Member of Acme" in words(look(owner, page_of(owner, "Client Two")))
    change = "update worksights.users set deactivated_at = %s where user_id = %s"
    admin = user_id_of("admin")
    story.rows(change, datetime.now(UTC), admin)
    try:
        listed = rows(look(owner, "/clients?q=c1ient"), "Companies")
        assert listed[0][3].endswith(
            ("Only one colleague knows them", "Only Executive of Acme still knows them")
        )
    finally:
        story.rows(change, None, admin)
    (row,) = rows(look(owner, "/clients?q=client-one.com"), "Companies")[-1:]
    assert "Only" not in row[3]


def test_hours_of_several_colleagues_are_called_person_hours(owner: Visitor) -> None:
    page = look(owner, "/clients/people?q=cleo")
    ((*_, hours),) = rows(page, "People")
    assert hours == "4 h"
    assert "Person-hours" in page
    ((name, guess, email, company, *_, sessions, hours),) = file_of(
        owner, "/clients/people.csv?q=cleo"
    )
    assert (name, guess, email, company) == (
        "Cleo Client", "no", "cleo@client-one.com", "Client One",
    )  # fmt: skip
    assert (sessions, hours) == ("2", "4.0")


def test_bots_and_excluded_people_are_not_listed_and_guessed_names_are_marked(
    owner: Visitor,
) -> None:
    page = look(owner, "/clients/people")
    assert {row[0] for row in rows(page, "People")} == {
        "Cleo Client cleo@client-one.com", "Dan Dunn dan.dunn@client-one.com guessed",
        "Carl Copy carl@c1ient-one.com", "Gus Green gus@client-two.com",
        "Stray Stone stray@elsewhere.example",
    }  # fmt: skip
    assert [text for text in ("fireflies", "Shy Sheldon", "member@acme") if text in page] == []


def test_search_covers_name_domain_and_address(owner: Visitor) -> None:
    assert len(rows(look(owner, "/clients?q=CLIENT-TWO"), "Companies")) == 1
    assert [row[0] for row in rows(look(owner, "/clients/people?q=gus"), "People")] == [
        "Gus Green gus@client-two.com"
    ]
    assert "No results" in look(owner, "/clients?q=%25")
    assert "No results" in look(owner, "/clients/people?q=shy")
