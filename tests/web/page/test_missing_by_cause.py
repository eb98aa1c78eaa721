"""The Missing page by cause: what is missing, for how many people, and the step that adds it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from simulator.world import World
from tests.pipeline.events import Person, Session
from tests.web.page.batched import ACCOUNT, DAY, MEMBER, STRANGER, WEBINAR, Batched, batched_site
from tests.web.page.missing import look, rows
from tests.web.page.site import ROLES, Site, Visitor, email_of, user_id_of
from tests.web.page.zoom_users import licensed, mapped, words

ROOM = Person("Rhine Room", "zu-room", "rhine@rooms.example")
SIGNED_OUT = Person("Olga Owner", email=email_of("owner"))
GUEST = Person("Greta Guest", email="greta@client.example")
TALK = Session(
    ACCOUNT, "Talk", MEMBER.zoom_user_id, DAY + timedelta(hours=15), DAY + timedelta(hours=16),
    topic="Talk",
)  # fmt: skip
DATE = {"from": "2026-03-10", "to": "2026-03-10"}


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    """A stranger without mapping in two sessions, a room that is nobody's, and the Owner without a
    Zoom user; webinars are off for the Member.
    """
    more = {TALK: [MEMBER, ROOM, SIGNED_OUT, GUEST]}
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home"), more=more) as batched:
        mapped(batched.site, "zu-room", None)
        batched.site.rows(
            "insert into integration.subscription_changes "
            "(organization_id, user_id, feature, is_on, effective_from) "
            "values ('acme', %s, 'webinars', false, '2026-03-01')",
            user_id_of("member"),
        )
        batched.batch()
        yield batched


@pytest.fixture
def site(batched: Batched) -> Site:
    return batched.site


def groups(page: str) -> dict[str, str]:
    """The title of each group -> where its button leads."""
    found = {}
    for card in page.split('<article class="card cause')[1:]:
        head = card.partition("</h3>")
        fix = re.search(r'<a class="button[^"]*" href="([^"]+)"', head[2].partition("<ul")[0])
        found[words(head[0].partition("<h3>")[2])] = fix[1] if fix else ""
    return found


def chips(page: str) -> dict[str, int]:
    listed = page.partition('aria-label="Outcomes">')[2].partition("</ul>")[0]
    found = re.findall(r'>([^<>]+) <span class="filter-count">([\d,]+)', listed)
    return {label: int(count.replace(",", "")) for label, count in found}


def test_what_is_missing_is_grouped_by_cause_with_the_one_step_that_adds_it(site: Site) -> None:
    page = look(site.visitor("executive"), **DATE)
    member = f"/services/zoom/features/users/{user_id_of('member')}/change"
    assert groups(page) == {
        "Not mapped: 2 sessions of 1 Zoom user": "/services/zoom/users/zu-stranger",
        "Webinars switched off: 1 session of 1 person": (
            f"{member}?feature=webinars&to=on&since=day&day=2026-03-10"
        ),
        "Not in a connected account: 1 session of 1 person": "",
        "Mapped to Nobody: 1 session of 1 person": "",
    }
    headings = re.findall(r'<h2 id="causes-\d">([^<]+)', page)
    assert headings == ["Can still be added", "Cannot be added", "Not added on purpose"]
    assert chips(page) == {
        "Missing": 5, "Not mapped": 2, "Off for this person": 1, "Not in a connected account": 1,
        "Mapped to Nobody": 1, "On the timeline": 2, "All": 7,
    }  # fmt: skip
    said = "5 sessions from these days are not on a timeline; 3 can still be added."
    assert said in words(page)
    assert "Greta" not in page


def test_the_button_of_a_group_opens_a_page_that_can_do_it(site: Site) -> None:
    executive = site.visitor("executive")
    for path in filter(None, groups(look(executive, **DATE)).values()):
        assert executive.get(path).status_code == 200, path


def test_a_persons_sessions_of_one_cause_are_one_line_that_leads_to_them(site: Site) -> None:
    executive = site.visitor("executive")
    page = look(executive, **DATE)
    assert page.count("stella@elsewhere.example") == 1
    (path,) = re.findall(r'href="(/missing\?[^"]*of=zu-stranger)"', page)
    page = " ".join(executive.get(path).text.split())
    assert [row[1:4] for row in rows(page)] == [
        ["Plans", "Stella Stranger stella@elsewhere.example", "Not mapped"],
        ["Launch", "Stella Stranger stella@elsewhere.example", "Not mapped"],
    ]
    assert "Only sessions of Stella Stranger" in words(page)


# Independent of the page's statements: from the marts, and the table of roles of the contract.
SEEN = {
    "executive": "true", "owner": "true", "admin": "true",
    "technical_admin": "email = 'technical_admin@acme.example'",
    "manager": "email = 'manager@acme.example'",
    "member": "email = 'member@acme.example'",
}  # fmt: skip
COUNT = """
    select outcome, count(*) from timeline.participants
    where organization_id = 'acme' and {seen}
        and (zoom_user_id is not null or email like '%%@acme.example')
    group by outcome
"""
OUTCOME_OF = {
    "Not mapped": "not_mapped", "Mapped later": "not_mapped", "Mapped to Nobody": "not_mapped",
    "Not in a connected account": "not_mapped", "Off for this person": "not_subscribed",
    "On the timeline": "activity",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_the_counts_of_what_it_may_see_and_no_more(role: str, site: Site) -> None:
    found = dict(site.rows(COUNT.format(seen=SEEN[role])))
    page = look(site.visitor(role), **DATE)
    shown: dict[str, int] = {}
    for label, count in chips(page).items():
        if label in OUTCOME_OF and count:
            shown[OUTCOME_OF[label]] = shown.get(OUTCOME_OF[label], 0) + count
    assert shown == found
    missing = sum(count for outcome, count in found.items() if outcome != "activity")
    assert {label: chips(page)[label] for label in ("Missing", "All")} == {
        "Missing": missing, "All": sum(found.values()),
    }  # fmt: skip
    assert ("Stella" in page) == (role in ("executive", "owner", "admin"))


def test_a_guest_is_counted_only_when_searched_for_and_by_name_only_by_those_who_may_know(
    site: Site,
) -> None:
    meeting = {**DATE, "meeting": "Talk", "outcome": "missing"}
    page = words(look(site.visitor("executive"), **meeting))
    assert ("Greta Guest" in page, "3 sessions from these days" in page) == (True, True)
    page = look(site.visitor("admin"), **meeting)
    assert ("Greta" in page, "client.example" in page) == (False, False)
    assert "Guests" in words(page)
    of_guest = {**DATE, "outcome": "all", "of": "greta@client.example"}
    assert rows(look(site.visitor("admin"), **of_guest)) == []


def test_a_viewer_who_may_not_take_the_step_reads_who_may(site: Site) -> None:
    page = look(site.visitor("member"), **DATE)
    assert groups(page) == {"Webinars switched off: 1 session": ""}
    assert "Ask an Executive, Owner, Admin or Technical Admin to do this." in words(page)


def test_where_only_groups_are_shown_no_one_elses_outcomes_are_counted(site: Site) -> None:
    site.rows(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('acme', 'view', 'grouped')"
    )
    try:
        page = look(site.visitor("executive"), **DATE)
    finally:
        site.rows("delete from integration.privacy_settings")
    assert chips(page) == {"Missing": 0, "On the timeline": 0, "All": 0}


def test_it_is_recorded_whose_names_were_shown(site: Site) -> None:
    site.rows("delete from integration.access_log")
    site.visitor("executive").get(f"/missing?{urlencode(DATE)}")
    site.visitor("member").get(f"/missing?{urlencode(DATE)}")
    recorded = site.rows(
        "select actor, act, about_user_id, lower(days)::text, (upper(days) - 1)::text "
        "from integration.access_log where about_user_id is not null"
    )
    about = (user_id_of("executive"), "outcomes", user_id_of("member"))
    assert recorded == [(*about, "2026-03-10", "2026-03-10")]


def test_people_without_zoom_phone_read_that_zoom_reports_no_calls(site: Site) -> None:
    def of(visitor: Visitor, **asked: str) -> str:
        return words(look(visitor, **DATE, **asked))

    own = "You have no Zoom Phone license, so Zoom reports no calls for you."
    theirs = "Member of Acme has no Zoom Phone license, so Zoom reports no calls."
    member, executive = site.visitor("member"), site.visitor("executive")
    assert own in of(member)
    assert (theirs in of(executive, person="member of"), theirs in of(executive)) == (True, False)
    assert theirs not in of(site.visitor("manager"), person="member of")
    licensed(site, MEMBER.zoom_user_id)
    assert (own in of(member), theirs in of(executive, person="member of")) == (False, False)


def test_a_mapping_from_now_on_leaves_an_earlier_day_to_choose(batched: Batched) -> None:
    site, path = batched.site, "/services/zoom/users/zu-stranger"
    admin, executive = site.visitor("admin"), site.visitor("executive")
    to = {"to": user_id_of("manager")}
    assert admin.post(f"{path}/change", {**to, "since": "now"}).status_code == 303
    batched.batch()
    page = look(executive, **DATE)
    assert groups(page)["Mapped later: 2 sessions of 1 Zoom user"] == path
    assert "Not mapped" not in chips(page)
    admin.post(f"{path}/change", {**to, "since": "day", "day": "2026-03-10"})
    batched.batch()
    assert chips(look(executive, **DATE))["On the timeline"] == 4


def test_a_session_kept_private_is_counted_only_for_its_owner(batched: Batched) -> None:
    site = batched.site
    site.rows(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('acme', 'pause', 'on')"
    )
    ((session_id,),) = site.rows("select session_id from timeline.sessions where topic = 'Talk'")
    member, executive = site.visitor("member"), site.visitor("executive")
    before = chips(look(executive, **DATE))
    member.post("/account/private", {"session_id": session_id, "to": "on"})
    batched.batch()
    after = chips(look(executive, **DATE))
    assert after == {**before, "On the timeline": before["On the timeline"] - 1,
                     "All": before["All"] - 1}  # fmt: skip
    assert chips(look(member, **DATE))["Kept private"] == 1


def test_after_an_update_without_a_batch_the_page_says_when_it_works_again(site: Site) -> None:
    table = "alter table intermediate.int_outcomes rename column"
    site.rows(f"{table} ended_at to not_created_yet")
    try:
        page = words(look(site.visitor("executive"), **DATE))
        found = site.visitor("executive").get("/search?q=plans")
    finally:
        site.rows(f"{table} not_created_yet to ended_at")
    assert "Sessions are shown after the next update" in page
    assert found.status_code == 200


def test_where_nothing_is_missing_the_page_says_how_much_there_is(site: Site) -> None:
    page = look(site.visitor("executive"), **DATE, topic=WEBINAR.topic, person="manager")
    assert "Nothing is missing" in page
    assert "1 session from these days is on timelines." in words(page)
    assert STRANGER.name not in page
