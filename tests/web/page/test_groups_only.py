"""What pages show while an organization shows groups only: no figure about fewer than five."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest

from integration.web.search import sessions
from simulator.world import World
from tests.pipeline.events import Person, Session
from tests.web.page.batched import ACCOUNT, DAY, STRANGER, Batched, batched_site
from tests.web.page.site import ROLES, Visitor, user_id_of
from tests.web.page.story import zoom_user
from tests.web.page.zoom_users import rows_of, words

BIG = Person("Bea Big", "zu-big", "bea@big-client.com")
SMALL = Person("Sam Small", "zu-small", "sam@small-client.com")
EVERYBODY = [zoom_user(role) for role in ROLES]


def session(topic: str, hour: int) -> Session:
    start = DAY + timedelta(hours=hour)
    return Session(
        ACCOUNT, topic, EVERYBODY[0].zoom_user_id, start, start + timedelta(hours=1), topic=topic
    )


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    """Everybody has met Bea's company, and all but two have met Sam's."""
    more = {
        session("With the big one", 15): [*EVERYBODY, BIG],
        session("With the small one", 17): [*EVERYBODY[2:], SMALL],
    }
    folder = tmp_path_factory.mktemp("home")
    with batched_site(server_url, zoom, folder, more=more) as batched:
        batched.site.rows(
            "insert into integration.privacy_settings (organization_id, name, value) "
            "values ('acme', 'view', 'grouped')"
        )
        yield batched


@pytest.fixture(scope="module")
def executive(batched: Batched) -> Visitor:
    return batched.site.visitor("executive")


def listed(visitor: Visitor, search: str = "") -> list[list[str]]:
    return rows_of(unescape(visitor.get(f"/clients?q={search}").text))


def test_only_companies_that_five_users_have_met_are_listed(executive: Visitor) -> None:
    assert listed(executive) == [["Big Client big-client.com guessed", "6", "6 h"]]
    assert listed(executive, "small") == []
    page = words(executive.get("/clients").text)
    others = [one for one in (*EVERYBODY, BIG, SMALL) if not one.name.startswith("Executive")]
    assert [one.name for one in others if one.name in page] == []


def test_neither_a_period_nor_an_order_nor_a_file_shows_more_than_the_list(
    executive: Visitor,
) -> None:
    """The difference of two periods would be about the few who met the company between them."""
    for query in ("period=30", "period=all&sort=-time", "show=quiet", "sort=-strength"):
        page = executive.get(f"/clients?{query}").text
        assert rows_of(page) == rows_of(executive.get("/clients").text)
        assert not re.search(r"period=|sort=|show=", page)
        content = executive.get(f"/clients/companies.csv?{query}").content
        _, *found = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        assert found == [["Big Client", "big-client.com", "yes", "6", "6.0"]]
    assert executive.get("/clients/people.csv").status_code == 403
    assert executive.get("/clients/relationships.csv").status_code == 403


def test_a_company_is_not_listed_any_more_when_too_few_of_them_are_active(
    executive: Visitor, batched: Batched
) -> None:
    gone = [user_id_of("member"), user_id_of("manager")]
    change = "update worksights.users set deactivated_at = %s where user_id = any(%s)"
    batched.site.rows(change, DAY, gone)
    assert listed(executive) == []
    batched.site.rows(change, None, gone)
    assert len(listed(executive)) == 1


def test_no_page_of_a_single_company_or_person_opens(executive: Visitor, batched: Batched) -> None:
    companies = batched.site.rows("select company_id from clientsights.companies")
    people = batched.site.rows("select person_id from clientsights.people")
    assert len(companies) >= 2
    for path in (
        *(f"/clients/companies/{each}" for (each,) in companies),
        *(f"/clients/companies/{each}/meetings.csv" for (each,) in companies),
        *(f"/clients/people/{each}" for (each,) in people),
    ):
        assert executive.get(path).status_code == 403


def test_search_finds_no_person_and_only_companies_that_are_listed(
    executive: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "TOPIC_DAYS", 10_000)
    results = re.compile(r'<a href="([^"]*)"><strong><bdi>(.*?)</bdi>')
    for text, expected in {
        "client": [("/clients?q=big-client.com", "Big Client")],
        "bea": [],
        "bea@big-client.com": [],
        "member": [],
        "with the big": [("/timeline?day=2026-03-10", "With the big one")],  # the viewer's own
    }.items():
        assert results.findall(executive.get(f"/search?q={text}").text) == expected


def test_a_change_of_settings_does_not_say_how_many_entries_of_one_person_change(
    executive: Visitor,
) -> None:
    since = "since=day&day=2026-03-01"
    for path in (
        f"/services/zoom/users/{STRANGER.zoom_user_id}/change?to={user_id_of('manager')}&{since}",
        f"/services/zoom/features/users/{user_id_of('member')}/change?feature=webinars&to=off&{since}",
        f"/services/zoom/features/organization/change?feature=webinars&to=off&{since}",
        f"/services/zoom/features/many?feature=all&to=off&everybody=yes&{since}",
    ):
        page = words(executive.get(path).text)
        assert "How many is not shown" in page
        assert "Added" not in page


def test_the_preview_of_a_privacy_setting_counts_nothing_either(executive: Visitor) -> None:
    topics = words(executive.get("/services/zoom/privacy/topics?to=none").text)
    assert "Topics are permanently removed" in topics
    assert "lose" not in topics
    retention = "/services/zoom/privacy/retention_months?to=months&months=1"
    assert "Older sessions are deleted." in words(executive.get(retention).text)


def test_no_page_says_when_somebody_was_last_in_a_session(executive: Visitor) -> None:
    member = f"/services/zoom/features/users/{user_id_of('member')}"
    for path in ("/services/zoom/features", member, "/services/zoom/users"):
        page = words(executive.get(path).text)
        assert "10 Mar 2026" not in page
        assert "Sessions without an entry" not in page


def test_what_shows_nobody_is_recorded_about_nobody(executive: Visitor, batched: Batched) -> None:
    before = batched.site.rows("select count(*) from integration.access_log")
    executive.get("/clients")
    executive.get("/services/zoom/features")
    assert batched.site.rows("select count(*) from integration.access_log") == before
