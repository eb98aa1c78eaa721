"""People make sessions private, and nobody else can undo it or sees them then."""

from collections.abc import Iterator
from html import unescape

import pytest

from simulator.world import World
from tests.web.page.batched import STRANGER, Batched, batched_site
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.zoom_users import rows_of, words

DAY = "day=2026-03-10"
OF_MEMBER = f"/timeline/{user_id_of('member')}?{DAY}"
NAME = "Member of Acme"
FOUND = "/missing?from=2026-03-10&to=2026-03-10&outcome=all"


def look(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return words(unescape(answer.text))


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home")) as batched:
        batched.site.rows(
            "insert into integration.privacy_settings (organization_id, name, value) "
            "values ('acme', 'pause', 'on')"
        )
        yield batched


@pytest.fixture(scope="module")
def member(batched: Batched) -> Visitor:
    return batched.site.visitor("member")


@pytest.fixture(scope="module")
def owner(batched: Batched) -> Visitor:
    return batched.site.visitor("owner")


def test_a_session_made_private_is_gone_for_everybody_until_it_is_shown_again(
    batched: Batched, member: Visitor, owner: Visitor
) -> None:
    ((session_id,),) = batched.site.rows(
        "select session_id from timeline.sessions where topic = 'Plans'"
    )
    assert "Make private" in look(member, f"/timeline?{DAY}")
    assert "Make private" not in look(owner, OF_MEMBER)
    listed = rows_of(owner.get(FOUND).text)
    member.post("/account/private", {"session_id": session_id, "to": "on"})
    batched.batch()
    assert batched.entries() == [("Launch", user_id_of("member"))]
    named = batched.site.rows(
        "select zoom_user_id, user_id, email, display_name, outcome from timeline.participants "
        "where session_id = %s order by display_name",
        session_id,
    )
    assert named == [
        (STRANGER.zoom_user_id, None, STRANGER.email, STRANGER.name, "not_mapped"),
        (None, None, None, None, "not_subscribed"),
    ]
    assert "Plans" not in look(owner, OF_MEMBER)
    left = rows_of(owner.get(FOUND).text)
    (gone,) = (row for row in listed if row not in left)  # a nameless row would give them away
    assert (len(left), NAME in " ".join(gone)) == (len(listed) - 1, True)
    assert "Plans" in look(member, FOUND)
    assert "Sessions that you have made private Plans" in look(member, "/account")
    member.post("/account/private", {"session_id": session_id, "to": "off"})
    batched.batch()
    assert len(batched.entries()) == 2


def test_a_pause_hides_the_sessions_that_end_in_it_for_good(batched: Batched) -> None:
    """The meeting ended at 14:00 on 10 March, the webinar at 10:00."""
    for is_on, at in ((True, "13:30"), (False, "15:00")):
        batched.site.rows(
            "insert into integration.pauses (organization_id, user_id, is_on, effective_from) "
            "values ('acme', %s, %s, %s)",
            user_id_of("member"), is_on, f"2026-03-10 {at}Z",
        )  # fmt: skip
    batched.batch()
    assert batched.entries() == [("Launch", user_id_of("member"))]
    batched.site.rows("delete from integration.pauses")
    batched.batch()
    assert len(batched.entries()) == 2


def test_the_preview_of_a_mapping_knows_pauses(batched: Batched, owner: Visitor) -> None:
    change = f"/services/zoom/users/{STRANGER.zoom_user_id}/change?to={user_id_of('manager')}"
    asked = f"{change}&since=day&day=2026-03-01"
    assert "Meetings +1" in look(owner, asked)
    batched.site.rows(
        "insert into integration.pauses (organization_id, user_id, is_on, effective_from) "
        "values ('acme', %s, true, '2026-03-10 13:30Z')",
        user_id_of("manager"),
    )
    page = look(owner, asked)
    assert "Webinars +1" in page
    assert "Meetings" not in page.partition("Effect on sessions")[2]
    batched.site.rows("delete from integration.pauses")


def test_people_pause_themselves_and_end_it_only_if_the_organization_lets_them(
    site: Site,
) -> None:
    member = site.visitor("member")
    assert "Keep sessions to yourself" not in look(member, "/account")
    assert member.post("/account/pause", {"to": "on"}).status_code == 403
    assert member.post("/account/private", {"session_id": "s", "to": "on"}).status_code == 403
    site.rows(
        "insert into integration.privacy_settings (organization_id, name, value) "
        "values ('acme', 'pause', 'on')"
    )
    member.post("/account/pause", {"to": "on"})
    assert "Your pause started" in look(member, "/account")
    assert "Keep sessions to yourself" in look(site.visitor("executive"), "/account")
    assert "Your pause started" not in look(site.visitor("executive"), "/account")
    site.rows("delete from integration.privacy_settings")
    assert member.post("/account/pause", {"to": "off"}).status_code == 303
    assert "Your pause started" not in look(member, "/account")
    changes = look(site.visitor("owner"), "/services/zoom/overview/changes")
    assert f"{NAME} paused" not in changes  # nobody has to explain it
    kinds = "select kind from integration.audit_trail where user_id = %s and kind like '%%pause%%'"
    assert site.rows(kinds, user_id_of("member")) == [("paused",), ("pause_ended",)]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/pause", {"to": "maybe"}),
        ("/account/private", {"to": "on"}),
        ("/account/private", {"session_id": "s" * 300, "to": "on"}),
        ("/account/private", {"session_id": "s", "to": "perhaps"}),
    ],
)
def test_an_incomplete_form_changes_nothing(
    path: str, fields: dict[str, str], member: Visitor
) -> None:
    assert member.post(path, fields).status_code == 400
