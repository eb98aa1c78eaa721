"""The pages of one company and one person: meetings, relationships, and what is behind them."""

import re

import pytest

from tests.web.page.client_lists import file_of, look, page_of, rows
from tests.web.page.site import Site, Visitor
from tests.web.page.zoom_users import words


@pytest.fixture(scope="module")
def owner(story: Site) -> Visitor:
    return story.visitor("owner")


def test_a_company_shows_a_row_for_each_meeting_then_relationships_and_the_weights_last(
    owner: Visitor,
) -> None:
    page = look(owner, page_of(owner, "Client One"))
    assert rows(page, "Sessions") == [
        ["10 Mar 2026 16:00", "Salary round", "Admin of Acme , Executive of Acme", "Cleo Client",
         "1 h"],
        ["10 Mar 2026 10:00", "Opening", "Manager of Acme , Member of Acme",
         "Cleo Client , Dan Dunn guessed", "1 h"],
    ]  # fmt: skip
    captions = re.findall(r"<caption[^>]*>(.*?)</caption>", page)
    assert captions == [
        "Sessions", "Relationships", "People at this company", "Sessions behind the strength",
    ]  # fmt: skip
    page = look(owner, page_of(owner, "Client Two"))
    ((user, _, sessions, together, _),) = rows(page, "Relationships")
    assert (user, sessions, together) == ("Member of Acme", "1", "45 min")
    ((session, user, person, together, weight),) = rows(page, "Sessions behind the strength")
    assert (session, user, person, together) == (
        "Hosted a scheduled meeting: Side talk 10 Mar 2026, 10:30", "Member of Acme", "Gus Green",
        "45 min 2 people in the session",
    )  # fmt: skip
    full, today = re.fullmatch(r"([\d.]+) ([\d.]+) now", weight).groups()
    assert (full, 0 < float(today) < 45) == ("45.0", True)


def test_the_meetings_of_a_company_are_a_file_with_every_name(owner: Visitor) -> None:
    company = page_of(owner, "Client One").partition("?")[0]
    assert file_of(owner, f"{company}/meetings.csv") == [
        ["2026-03-10 16:00", "Salary round", "meetings", "60.0", "2", "1",
         "Admin of Acme, Executive of Acme", "Cleo Client"],
        ["2026-03-10 10:00", "Opening", "meetings", "60.0", "2", "2",
         "Manager of Acme, Member of Acme", "Cleo Client, Dan Dunn"],
    ]  # fmt: skip


def test_a_person_shows_who_meets_them(owner: Visitor) -> None:
    page = look(owner, page_of(owner, "Cleo Client", "/clients/people"))
    assert {row[0] for row in rows(page, "Relationships")} == {
        "Member of Acme", "Manager of Acme", "Executive of Acme", "Admin of Acme",
    }  # fmt: skip
    assert rows(page, "Sessions")[0] == [
        "10 Mar 2026 16:00", "Salary round", "Admin of Acme , Executive of Acme",
    ]  # fmt: skip
    sessions = {row[0] for row in rows(page, "Sessions behind the strength")}
    assert "Attended a scheduled meeting: Salary round 10 Mar 2026, 16:00" in sessions
    assert '<details class="section" id="weights">' in page
    assert '<details class="section" id="weights" open>' in look(
        owner, page_of(owner, "Cleo Client", "/clients/people") + "?weights=1"
    )


def test_a_look_alike_is_flagged_with_the_company_it_resembles(owner: Visitor) -> None:
    assert "Similar to client-one.com" in look(owner, "/clients?q=c1ient")
    page = look(owner, page_of(owner, "C1ient One"))
    assert "c1ient-one.com looks similar to client-one.com, which you met before" in page
    assert "Similar to" not in look(owner, "/clients?q=client-two")


def test_who_knows_whom_is_a_table_of_people_and_companies(owner: Visitor) -> None:
    page = look(owner, "/clients?period=all")
    caption = (
        "Sessions of your people with each company, and the strength of their relationship today"
    )
    none, first = "· None", "strongest relationship"
    assert [
        [re.sub(r" , (weak|fair|good|strong)\b", "", cell) for cell in row]
        for row in rows(page, caption)
    ] == [
        ["Admin of Acme", f"1, {first}", f"1, {first}", none],
        ["Executive of Acme", "1", "1", none],
        ["Manager of Acme", none, "1", none],
        ["Member of Acme", none, "1", f"1, {first}"],
    ]
    foot = words(re.search(r"<tfoot>(.*?)</tfoot>", page)[1])
    assert foot == "Known by 2 people 4 people only Member of Acme"
    assert "Who knows whom" not in look(owner, "/clients?q=client")
    recent = rows(look(owner, "/clients"), caption)
    assert recent[3][3].startswith("0 ,")  # known, but not met in the last 90 days
    ties = file_of(owner, "/clients/relationships.csv?period=all")
    assert [row[0::2][:2] + [row[3]] for row in ties[-1:]] == [
        ["Client Two", "Member of Acme", "1"]
    ]
    assert len(ties) == 7


def test_ids_of_another_organization_are_not_found(story: Site, owner: Visitor) -> None:
    globex = story.visitor("executive", "globex")
    for listed, name in (("/clients", "Globex Client"), ("/clients/people", "Gloria Globe")):
        path = page_of(globex, name, listed)
        assert (globex.get(path).status_code, owner.get(path).status_code) == (200, 404)
        assert owner.get(path.partition("?")[0] + "/meetings.csv").status_code == 404
    assert "Globex Client" not in look(owner, "/clients")
    assert "Gloria" not in look(owner, "/clients/people")


def test_a_bot_has_no_page(story: Site, owner: Visitor) -> None:
    ((bot,),) = story.rows(
        "select person_id from clientsights.people where organization_id = 'acme' and kind = 'bot'"
    )
    assert owner.get(f"/clients/people/{bot}").status_code == 404


def test_before_the_first_batch_the_lists_are_empty(site: Site) -> None:
    visitor = site.visitor("owner")
    assert "No companies yet" in look(visitor, "/clients")
    assert "No people yet" in look(visitor, "/clients/people")
    assert visitor.get("/clients/companies/any").status_code == 404
