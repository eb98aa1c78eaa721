"""The Missing page: the outcomes that the viewer may see, and how to fix each of them."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from integration.database.postgres import connect
from integration.explain.appearances import explained_users
from integration.web.missing.search import SearchCriteria, find_rows
from integration.web.missing.seen import Visibility
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.missing import NUMBER, links, look, rows
from tests.web.page.site import Site, email_of
from tests.web.page.story import PARALLEL, STRAY, WAITING_NOW, at

MARCH = {"from": PARALLEL, "to": PARALLEL, "outcome": "all"}


def test_the_page_says_what_never_appears(story: Site) -> None:
    page = look(story.visitor("member"))
    assert "Meetings hosted by a Zoom account that is not connected" in page
    assert re.search(rf"{ACCOUNTS[0]}</code>: connected since <time[^>]*>1 Jan 2025", page)
    assert re.search(rf"{ACCOUNTS[1]}</code>: connected from .* to <time[^>]*>10 Feb 2026", page)
    assert ACCOUNTS[2] not in page
    assert "Phone calls of people without a Zoom Phone license." in page


def test_a_member_sees_only_their_own_sessions(story: Site) -> None:
    page = look(story.visitor("member"), **MARCH)
    assert [(row[1], row[2]) for row in rows(page)] == [
        ("No leave sent", "On the timeline"),
        ("Afterwards", "On the timeline"),
        ("Side talk", "On the timeline"),
        ("Opening", "On the timeline"),
    ]
    for hidden in ("Salary round", "Executive of Acme", "Cleo", 'name="person"'):
        assert hidden not in page


@pytest.mark.parametrize("asked", [{"person": "executive"}, {"topic": "salary"}])
def test_a_member_cannot_find_the_sessions_of_others_by_any_field(
    story: Site, asked: dict[str, str]
) -> None:
    page = look(story.visitor("member"), **MARCH, **asked)
    assert ("Salary round" in page, "Executive of Acme" in page) == (False, False)


def test_the_page_says_what_to_do_when_zoom_did_not_identify_the_viewer(story: Site) -> None:
    page = look(story.visitor("technical_admin"), **MARCH, meeting=NUMBER)
    assert rows(page) == []
    assert "joined as a different Zoom user or without signing in" in page


@pytest.mark.parametrize(
    ("role", "day", "outcome", "fix"),
    [
        ("manager", "2026-05-05", "Off for this person", "On the Features page"),
        ("member", "2024-12-30", "Before connection", "Earlier sessions cannot be added"),
        ("member", "2026-02-10", "After disconnection", "On the Connections page"),
    ],
)
def test_each_outcome_says_why_and_what_to_do(
    story: Site, role: str, day: str, outcome: str, fix: str
) -> None:
    asked = {"from": day, "to": day, "outcome": "all"}
    ((_, _, shown, why),) = rows(look(story.visitor(role), **asked))
    assert (shown, fix in why) == (outcome, True)


def test_an_executive_can_search_by_person_topic_number_and_outcome(story: Site) -> None:
    visitor = story.visitor("executive")
    everything = {tuple(row[1:3]) for row in rows(look(visitor, **MARCH))}
    assert ("Salary round", "Executive of Acme executive@acme.example") in everything
    assert ("Salary round", "Stray Stone stray@elsewhere.example") in everything
    assert not any("Cleo" in person for _, person in everything)  # a guest from outside

    def found(**asked: str) -> set[tuple[str, ...]]:
        page = look(visitor, **{**MARCH, **asked})
        return {(row[1], row[2].partition(" ")[0]) for row in rows(page)}

    assert found(person="cleo") == {("Opening", "Cleo"), ("Salary round", "Cleo")}
    assert {topic for topic, _ in found(topic="SALARY")} == {"Salary round"}
    assert ("Opening", "Unnamed") in found(meeting=NUMBER)
    assert found(outcome="not_mapped") == {("Salary round", "Stray")}
    assert found(person="cleo", topic="side") == set()


def test_an_admin_sees_all_outcomes_but_no_topic_of_others(story: Site) -> None:
    visitor = story.visitor("admin")
    found = {(row[1], row[2].partition(" ")[0]) for row in rows(look(visitor, **MARCH))}
    assert found == {
        ("Salary round", "Admin"),
        ("Scheduled meeting (topic hidden)", "Executive"),
        ("Scheduled meeting (topic hidden)", "Stray"),
        ("Scheduled meeting (topic hidden)", "Member"),
        ("Scheduled meeting (topic hidden)", "Manager"),
    }
    for topic in ("Opening", "Side talk", "Afterwards", "No leave sent"):
        assert topic not in look(visitor, **MARCH)


def test_an_admin_cannot_search_by_topics_of_others(story: Site) -> None:
    visitor = story.visitor("admin")
    assert rows(look(visitor, **MARCH, topic="Opening")) == []
    assert [row[2][:5] for row in rows(look(visitor, **MARCH, topic="salary"))] == ["Admin"]


def test_an_admin_sees_and_finds_no_guest_by_name(story: Site) -> None:
    admin = story.visitor("admin")
    page = look(admin, **MARCH, meeting=NUMBER)
    people = {row[2] for row in rows(page)}
    assert {"A guest", "Stray Stone stray@elsewhere.example"} < people  # a Zoom user of ours
    guests = ("Cleo", "Dan", "Gus", "Carl", "Shy", "client-one", "client-two", "fireflies")
    assert [word for word in guests if word in page] == []
    for asked in ("cleo", "client-one", "CLIENT", "guest"):
        assert rows(look(admin, **MARCH, person=asked)) == []
    (path, *_) = links(look(story.visitor("executive"), **MARCH, person="cleo"))
    shown = admin.get(path).text
    assert ("A guest" in shown, "Cleo" in shown, "client-one" in shown) == (True, False, False)
    assert "Only Executives and Owners can see who it was." in shown


def test_someone_at_an_own_domain_is_no_guest(story: Site) -> None:
    with connect(story.database_url) as connection:
        connection.execute(
            "insert into pipeline.settings values "
            "('acme', 'own_domain', 'client-two.com', '', '', '{(,)}')"
        )
        (viewer,) = explained_users(connection, email="admin@acme.example", organization_id="acme")
        sight = Visibility(
            viewer,
            sees_everyone=True,
            reports=frozenset(),
            sees_topics_of_reports=False,
            sees_every_topic=False,
            sees_guests=False,
        )
        criteria = SearchCriteria(at(PARALLEL, "00:00"), at(PARALLEL, "23:59"), name="Side talk")
        found = find_rows(connection, sight, criteria, limit=9)
        connection.rollback()
    assert {row.display_name for row in found} == {"Member of Acme", "Gus Green"}


def test_the_page_of_one_session_hides_the_topic_as_well(story: Site) -> None:
    admin, executive = story.visitor("admin"), story.visitor("executive")
    (path, *_) = links(look(executive, **MARCH, person="member", topic="Opening"))
    path, _, back = path.partition("?")  # the way back has the topic that was searched for
    assert "topic%3DOpening" in back
    assert "Hosted a scheduled meeting: Opening, 10:00" not in admin.get(path).text
    assert "Opening" not in admin.get(path).text
    assert "topic hidden" in admin.get(path).text
    # 09:00 UTC in New York, where the clocks have already changed.
    assert "Hosted a scheduled meeting: Opening, 05:00 to 06:00 EDT" in executive.get(path).text


def test_the_page_of_one_session_leads_step_by_step_to_the_fix(story: Site) -> None:
    visitor = story.visitor("executive")
    (path,) = links(look(visitor, **{**MARCH, "outcome": "not_mapped"}))
    page = " ".join(visitor.get(path).text.split())
    steps = re.findall(r'class="way-(passed|failed)"> <p class="way-name">(.*?) <', page)
    assert steps == [
        ("passed", "Received"), ("passed", "Stored"), ("passed", "Ended"),
        ("passed", "Participant"), ("passed", "Eligible"), ("failed", "Mapped"),
    ]  # fmt: skip
    assert f'href="/services/zoom/users/{STRAY.zoom_user_id}"' in page
    assert visitor.get(f"/services/zoom/users/{STRAY.zoom_user_id}").status_code == 200


def test_a_viewer_who_may_not_fix_it_sees_who_may(story: Site) -> None:
    visitor = story.visitor("manager")
    (path,) = links(look(visitor, **{**MARCH, "from": "2026-05-05", "to": "2026-05-05"}))
    page = visitor.get(path).text
    asked = "Ask an Executive, Owner, Admin or Technical Admin to do this"
    assert (asked in page, "Open Features" in page) == (True, False)


def test_a_session_that_the_viewer_may_not_see_is_not_found(story: Site) -> None:
    (path, *_) = links(look(story.visitor("executive"), **MARCH, topic="salary"))
    assert story.visitor("member").get(path).status_code == 404
    (of_globex, *_) = links(look(story.visitor("executive", "globex"), **MARCH))
    assert [story.visitor(role).get(of_globex).status_code for role in ("executive", "admin")] == [
        404, 404,
    ]  # fmt: skip
    assert "Globex" not in look(story.visitor("executive"), **MARCH, meeting=NUMBER)


def test_webhooks_without_a_session_are_counted_for_roles_that_see_all(story: Site) -> None:
    day = WAITING_NOW.date().isoformat()
    page = look(story.visitor("admin"), **{"from": day, "to": day})
    assert re.search(r"<strong>1</strong> webhook could not be read", page)
    ignored = "webhook ignored: it was about something WorkSights never stores"
    assert re.search(rf"<strong>1</strong> {ignored}", page)
    assert "could not be read" not in look(story.visitor("member"), **{"from": day, "to": day})


def test_a_session_that_has_not_ended_says_what_it_waits_for(story: Site) -> None:
    page = look(story.visitor("executive"), meeting="never sent")
    assert "No sessions found" in page
    page = look(story.visitor("executive"), meeting="Still open")
    assert (
        "If it does not arrive by 2 November 2026, 06:00 EST, the time of the last join or leave "
        "is used as the end"
    ) in page
    assert "Secret plan" in page
    page = look(story.visitor("admin"), meeting="Still open")
    assert ("Zoom has not sent the end" in page, "Secret plan" in page) == (True, False)
    assert "not sent the end" not in look(story.visitor("member"), meeting="Still open")


def test_an_entry_on_another_persons_timeline_is_marked(story: Site) -> None:
    """The Technical Admin's Zoom user is mapped to the Owner."""
    day = {"from": "2026-06-02", "to": "2026-06-02", "outcome": "all"}
    ((*_, outcome, why),) = rows(look(story.visitor("technical_admin"), **day))
    assert (outcome, "mapped to a different WorkSights user" in why) == (
        "On another person's timeline", True,
    )  # fmt: skip
    ((*_, outcome, why),) = rows(look(story.visitor("owner"), **day))
    assert (outcome, why) == ("On the timeline", "The session is on the timeline.")


@pytest.mark.parametrize(
    ("days", "field", "problem"),
    [
        ({"from": "2026-02-30"}, "from", "“2026-02-30” is not a date"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from", "cannot be after the end date"),
        (
            {"from": "2026-01-01", "to": "2026-12-31"},
            "to",
            "This range has 365 days. Choose up to 31",
        ),
        ({"to": "1999-01-01"}, "to", "“1999-01-01” is not a date"),
        ({"from": "x" * 300, "to": '"><b>'}, "from", "is not a date"),
    ],
)
def test_invalid_days_keep_the_form_and_mark_the_field(
    story: Site, days: dict[str, str], field: str, problem: str
) -> None:
    asked = {**days, "topic": "Opening", "meeting": NUMBER, "outcome": "not_mapped"}
    answer = story.visitor("member").get(f"/missing?{urlencode(asked)}")
    page = unescape(answer.text)
    assert (answer.status_code, "up to 31 days" in page) == (400, True)
    assert re.search(rf'id="{field}-wrong">[^<]*{re.escape(problem)}', page)
    assert re.search(rf'id="{field}" name="{field}"[^>]* aria-invalid="true"', answer.text)
    for name in ("topic", "meeting", *days):
        assert f'name="{name}" value="{asked[name][:200]}' in page
    assert '<input type="hidden" name="outcome" value="not_mapped">' in page
    assert "No sessions found" not in page


def test_before_the_first_batch_nothing_is_found(site: Site) -> None:
    page = look(site.visitor("executive"), meeting=NUMBER, person=email_of("member"))
    assert ("No sessions found" in page, "No update has finished yet" in page) == (True, True)
    assert site.visitor("executive").get("/missing/some/one").status_code == 404
