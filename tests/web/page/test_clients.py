"""The organization's contacts: companies, people, relationships, and the meetings behind them."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.web.clients.ties import DrawnTie
from integration.web.clients.ties_picture import draw_ties
from tests.web.page.site import Site, Visitor
from tests.web.page.zoom_users import words


@pytest.fixture(scope="module")
def owner(story: Site) -> Visitor:
    return story.visitor("owner")


def look(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(answer.text).split())


def rows(page: str, caption: str) -> list[list[str]]:
    """The cells of one table as text, row by row."""
    table = page[page.index(f">{caption}</caption>") :]
    body = re.search(r"<tbody>(.*?)</tbody>", table)[1]
    return [
        [
            " ".join(re.sub("<.*?>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    ]


def page_of(visitor: Visitor, name: str, listed: str = "/clients") -> str:
    """The address behind a name in a list."""
    return re.search(rf'href="([^"]+)"[^>]*>{re.escape(name)}</a>', look(visitor, listed))[1]


def test_companies_are_listed_with_their_last_two_meetings_and_how_long_they_were_met(
    owner: Visitor,
) -> None:
    """Cleo met Member and Manager at 09:00, Executive and Admin at 15:00; Dan attended at 09:00.
    Each is one hour, however many were there.
    """
    listed = {
        re.search(r"\S+\.com", row[0])[0]: row[2:]
        for row in rows(look(owner, "/clients"), "Companies")
    }
    assert listed == {
        "client-one.com": ["10 Mar 2026", "10 Mar 2026", "2", "2 h", "2"],
        "c1ient-one.com": ["10 Mar 2026", "–", "1", "1 h", "1"],
        "client-two.com": ["10 Mar 2026", "–", "1", "45 min", "1"],
    }
    page = look(owner, page_of(owner, "Client One"))
    assert "Time met 2 h" in words(page)


def test_hours_of_several_colleagues_are_called_person_hours(owner: Visitor) -> None:
    page = look(owner, "/clients/people?q=cleo")
    ((*_, hours),) = rows(page, "People")
    assert hours == "4 h"
    assert "Person-hours" in page


def test_bots_and_excluded_people_are_not_listed_and_guessed_names_are_marked(
    owner: Visitor,
) -> None:
    page = look(owner, "/clients/people")
    assert {row[0] for row in rows(page, "People")} == {
        "Cleo Client cleo@client-one.com", "Dan Dunn dan.dunn@client-one.com",
        "Carl Copy carl@c1ient-one.com", "Gus Green gus@client-two.com",
        "Stray Stone stray@elsewhere.example",
    }  # fmt: skip
    assert [text for text in ("fireflies", "Shy Sheldon", "member@acme") if text in page] == []
    assert re.search(r'class="guess">Dan Dunn</a>', page)
    assert not re.search(r'class="guess">Cleo Client</a>', page)


def test_search_covers_name_domain_and_address(owner: Visitor) -> None:
    assert len(rows(look(owner, "/clients?q=CLIENT-TWO"), "Companies")) == 1
    assert [row[0] for row in rows(look(owner, "/clients/people?q=gus"), "People")] == [
        "Gus Green gus@client-two.com"
    ]
    assert "No results" in look(owner, "/clients?q=%25")
    assert "No results" in look(owner, "/clients/people?q=shy")


def test_a_company_shows_relationships_people_and_the_weight_of_each_meeting(
    owner: Visitor,
) -> None:
    (company,) = re.findall(
        r'href="(/clients/companies/[^"]+)"', look(owner, "/clients?q=client-two")
    )
    page = look(owner, company)
    ((user, _, sessions, together, _),) = rows(page, "Relationships")
    assert (user, sessions, together) == ("Member of Acme", "1", "45 min")
    ((session, user, person, together, weight),) = rows(page, "Sessions behind the strength")
    assert (session, user, person, together) == (
        "Hosted a scheduled meeting: Side talk 10 Mar 2026, 10:30", "Member of Acme", "Gus Green",
        "45 min 2 people in the session",
    )  # fmt: skip
    full, today = re.fullmatch(r"([\d.]+) ([\d.]+) now", weight).groups()
    assert (full, 0 < float(today) < 45) == ("45.0", True)


def test_a_person_shows_who_meets_them(owner: Visitor) -> None:
    page = look(owner, page_of(owner, "Cleo Client", "/clients/people"))
    assert {row[0] for row in rows(page, "Relationships")} == {
        "Member of Acme", "Manager of Acme", "Executive of Acme", "Admin of Acme",
    }  # fmt: skip
    sessions = {row[0] for row in rows(page, "Sessions behind the strength")}
    assert "Attended a scheduled meeting: Salary round 10 Mar 2026, 16:00" in sessions


def test_a_look_alike_is_flagged_with_the_company_it_resembles(owner: Visitor) -> None:
    assert "Similar to client-one.com" in look(owner, "/clients?q=c1ient")
    (company,) = re.findall(r'href="(/clients/companies/[^"]+)"', look(owner, "/clients?q=c1ient"))
    page = look(owner, company)
    assert "c1ient-one.com looks similar to client-one.com, which you met before" in page
    assert "Similar to" not in look(owner, "/clients?q=client-two")


def test_relationships_are_drawn_and_listed_in_a_table(owner: Visitor) -> None:
    page = look(owner, "/clients")
    lines = re.findall(r'<line class="tie tie-(\w+)"', page)
    listed = rows(page, "Relationships between colleagues and companies")
    assert (len(lines), len(listed)) == (7, 7)
    assert {row[1] for row in listed} == {
        "Member of Acme", "Manager of Acme", "Executive of Acme", "Admin of Acme",
    }  # fmt: skip
    assert "Who meets whom" not in look(owner, "/clients?q=client")


def test_ids_of_another_organization_are_not_found(story: Site, owner: Visitor) -> None:
    globex = story.visitor("executive", "globex")
    for listed, name in (("/clients", "Globex Client"), ("/clients/people", "Gloria Globe")):
        path = page_of(globex, name, listed)
        assert (globex.get(path).status_code, owner.get(path).status_code) == (200, 404)
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


TIES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)), st.floats(0.1, 100), min_size=1
).map(
    lambda strengths: [
        DrawnTie(
            f"u{user}", f"User {user}", f"c{company}", f"Company {company}", 1, 60, strength, "weak"
        )
        for (user, company), strength in strengths.items()
    ]
)


@given(TIES)
def test_a_picture_has_a_line_for_each_relationship_from_user_to_company(ties: list) -> None:
    picture = draw_ties(ties)
    assert sorted(line.tie.strength for line in picture.lines) == sorted(t.strength for t in ties)
    tops = {(line.tie.user_id, line.left): None for line in picture.lines} | {
        (line.tie.company_id, line.right): None for line in picture.lines
    }
    ids = {id_ for id_, _ in picture.users} | {id_ for id_, _ in picture.companies}
    assert len(tops) == len(ids) == len({id_ for id_, _ in tops})
    assert all(0 < top < picture.height for _, top in tops)
