"""Whose data was shown to whom: every page that shows others' data records it, and everybody sees
on their account page who saw theirs.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.responses import PlainTextResponse

from integration.database.postgres import connect
from integration.directory.rights import Right
from integration.housekeeping.expired_rows import delete_expired_rows
from integration.privacy.access_log import WORDS, Act
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.pages import PAGES
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, user_id_of
from tests.web.page.story import PARALLEL
from tests.web.page.zoom_users import rows_of, under, words

EXECUTIVE, MEMBER = user_id_of("executive"), user_id_of("member")
RECORDED = [route for route in PAGES if isinstance(route.shows, Act)]
EARLIER = f"since=day&day={PARALLEL}"
QUERIES = {
    "/search": "?q=member",
    "/missing": f"?from={PARALLEL}&to={PARALLEL}&outcome=all",
    "/team": f"?from={PARALLEL}",
    "/team.csv": f"?from={PARALLEL}",
    "/services/zoom/users/{zoom_user_id}/change": f"?to=nobody&{EARLIER}",
    "/services/zoom/features/many": f"?feature=all&to=off&user={MEMBER}&{EARLIER}",
    **{
        f"/services/zoom/features/{whose}/change": f"?feature=meetings&to=off&{EARLIER}"
        for whose in ("organization", "users/{user_id}")
    },
}
# Forms that show data: the address is not enough to say whose.
FORMS = {
    "/services/zoom/users/bulk": {"what": "nobody", "zoom_user": "zu-acme-member"},
    "/services/zoom/users/bulk/save": {"what": "nobody", "zoom_user": "zu-acme-member"},
    "/services/zoom/users/upload": {"file": "zoom_user_id,user_email\nzu-acme-member,nobody"},
    "/services/zoom/users/undo/{change_id}": {},
}
# The story's own request stays for the tests that come after.
ITS_REQUESTS = "delete from integration.mapping_requests where zoom_user_id = 'zu-acme-member'"
Row = tuple[str, str, str | None, str | None]  # actor, act, about_user_id, about_person_id


@pytest.fixture
def log(story: Site) -> Iterator[Site]:
    """The story with an empty log."""
    story.rows("delete from integration.access_log")
    return story


@pytest.fixture(scope="module")
def ids(story: Site) -> dict[str, str]:
    """Ids of the story for the names in addresses; the participant is the Member, in a meeting."""
    ((session_id, participant_id),) = story.rows(
        "select session_id, participant_id from timeline.participants "
        "inner join timeline.sessions using (organization_id, session_id) "
        "where participants.organization_id = 'acme' and topic = 'Opening' and user_id = %s",
        MEMBER,
    )
    ((person_id, company_id),) = story.rows(
        "select person_id, company_id from clientsights.people "
        "where organization_id = 'acme' and email = 'cleo@client-one.com'"
    )
    # The Member's Zoom user was theirs by email before, and is so still: it applies much later.
    ((change_id,),) = story.rows(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, effective_from) "
        "values (%s, 'zu-acme-member', now() + interval '1 year') returning change_id::text",
        ACCOUNTS[0],
    )
    return {
        "session_id": session_id, "participant_id": participant_id, "person_id": person_id,
        "company_id": company_id, "user_id": MEMBER, "zoom_user_id": "zu-acme-member",
        "change_id": change_id,
    }  # fmt: skip


@pytest.fixture
def waiting(story: Site) -> Iterator[None]:
    """A mapping that would take the Member's Zoom user away waits for a second person."""
    story.rows(
        "insert into integration.mapping_requests (organization_id, zoom_account_id, zoom_user_id, "
        "user_id, from_user_id, effective_from, requested_by) "
        "values ('acme', %s, 'zu-acme-member', 'acme-manager', %s, '2026-01-01Z', 'acme-admin')",
        ACCOUNTS[0], MEMBER,
    )  # fmt: skip
    yield
    story.rows(ITS_REQUESTS)


def recorded(site: Site) -> set[Row]:
    return set(
        site.rows(
            "select actor, act, about_user_id, about_person_id from integration.access_log "
            "where organization_id = 'acme'"
        )
    )


def test_what_only_some_roles_may_see_of_others_is_declared() -> None:
    """A new route with such a right must say whose data it shows."""
    rights = (Right.SEE_EVERY_TIMELINE, Right.SEE_EVERY_OUTCOME, Right.SEE_EVERY_TOPIC)
    undeclared = [
        route.path for route in PAGES if route.right in rights and isinstance(route.shows, Shows)
    ]
    assert undeclared == []
    assert {route.path for route in RECORDED if route.method != "GET"} == {*FORMS}
    assert set(WORDS) == set(Act)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("route", RECORDED, ids=lambda route: route.name)
def test_every_page_with_data_of_others_records_about_whom(
    route: PageRoute, log: Site, ids: dict[str, str]
) -> None:
    path, visitor = route.path.format(**ids), log.visitor("executive")
    if route.path in FORMS:  # they skip a Zoom user with a request
        log.rows(ITS_REQUESTS)
    if route.method == "POST":
        answer = visitor.post(path, FORMS[route.path])
    else:
        answer = visitor.get(path + QUERIES.get(route.path, ""))
    assert answer.status_code == 200
    found = recorded(log)
    assert {(actor, act) for actor, act, *_ in found} <= {(EXECUTIVE, str(route.shows))}
    if "/services/zoom/features/organization" not in route.path:  # its pages show nobody
        assert MEMBER in {user for _, _, user, _ in found}


@pytest.mark.parametrize(
    "route",
    [route for route in PAGES if isinstance(route.shows, Shows) and not route.param_convertors],
    ids=lambda route: route.name,
)
def test_other_pages_record_nothing(route: PageRoute, log: Site) -> None:
    visitor = log.visitor("executive")
    # One leads to Zoom, and one is not found without SECURITY_CONTACT.
    elsewhere = ("/services/zoom/connect", "/.well-known/security.txt")
    if route.method == "GET" and route.path not in elsewhere:
        assert visitor.get(route.path).status_code in (200, 303, 400)  # 400: of a form's address
    assert recorded(log) == set()


def test_the_people_met_are_recorded_too(log: Site, ids: dict[str, str]) -> None:
    log.visitor("executive").get(f"/timeline/{MEMBER}?day={PARALLEL}")
    found = recorded(log)
    assert (EXECUTIVE, "day", None, ids["person_id"]) in found
    assert (EXECUTIVE, "day", user_id_of("manager"), None) in found
    ((first, last),) = log.rows(
        "select distinct lower(days)::text, (upper(days) - 1)::text from integration.access_log"
    )
    assert (first, last) == ("2026-03-09", "2026-03-15")  # the week with the time of each day


def test_nobody_is_recorded_for_their_own_data(log: Site) -> None:
    member = log.visitor("member")
    for path in (
        f"/timeline?day={PARALLEL}",
        f"/missing?from={PARALLEL}&to={PARALLEL}&outcome=all",
    ):
        assert member.get(path).status_code == 200
    assert recorded(log) == set()


def test_a_guest_without_a_name_is_not_recorded(log: Site, ids: dict[str, str]) -> None:
    number = f"/missing?from={PARALLEL}&to={PARALLEL}&meeting=85212345678"
    log.visitor("admin").get(number)
    assert ids["person_id"] not in {person for *_, person in recorded(log)}
    log.visitor("executive").get(number)
    assert ids["person_id"] in {person for *_, person in recorded(log)}


def test_everybody_sees_on_their_account_page_who_saw_their_data(log: Site) -> None:
    owner = log.visitor("owner")
    for _ in range(2):
        owner.get(f"/timeline/{MEMBER}?day={PARALLEL}")
    owner.get("/clients")
    log.rows(
        "insert into integration.access_log (organization_id, actor, act, about_user_id) "
        "values ('acme', 'command:root', 'explain', %s), ('globex', 'x', 'day', %s)",
        MEMBER, MEMBER,
    )  # fmt: skip
    shown = log.visitor("member").get("/account").text
    assert sorted(row[1:] for row in rows_of(under(shown, "Who saw your data"))) == [
        ["Owner of Acme", "The people you meet", "–"],
        ["Owner of Acme", "Your day on the timeline", "9 Mar 2026 to 15 Mar 2026"],
        ["The team that runs WorkSights", "Your sessions, with a command on the server", "–"],
    ]
    assert "2 times on this day" in words(shown)
    assert (
        "No one has seen your data in the last 12 months."
        in log.visitor("technical_admin").get("/account").text
    )


def test_nobody_can_change_the_log_and_what_is_a_year_old_is_deleted(log: Site) -> None:
    log.rows(
        "insert into integration.access_log (organization_id, actor, act, about_user_id, at) "
        "select 'acme', 'x', 'day', 'y', now() - age from unnest(array[interval '12 months 1 day', "
        "interval '11 months']) as age"
    )
    for role in ("page", "pipeline"):
        with connect(log.database_url, role=role) as connection:
            rights = connection.execute(
                "select has_table_privilege(current_user, 'integration.access_log', each) "
                "from unnest(array['insert', 'update', 'delete', 'truncate']) as each"
            ).fetchall()
        assert rights == [(True,), (False,), (False,), (False,)]
    with connect(log.database_url, role="pipeline") as connection:
        delete_expired_rows(connection, now=datetime.now(UTC), quarantine_days=1)
    assert log.rows("select count(*) from integration.access_log") == [(1,)]


def test_a_page_that_forgets_to_record_shows_nothing(
    log: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Visit, "record", lambda *_args, **_options: None)
    answer = log.visitor("executive").get(f"/timeline/{MEMBER}?day={PARALLEL}")
    assert (answer.status_code, "Opening" in answer.text) == (500, False)


def test_a_route_cannot_be_made_without_saying_whose_data_it_shows() -> None:
    with pytest.raises(TypeError, match="shows"):
        PageRoute("/x", lambda _visit: PlainTextResponse("x"), right=Right.SEE_OWN)
