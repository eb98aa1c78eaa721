"""A mapping that adds entries for the person who saves it, or that gives a colleague's Zoom user
away, applies only when a second person confirms it.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from simulator.world import World
from tests.pipeline.events import Person, Session
from tests.web.page.batched import ACCOUNT, DAY, MEMBER, Batched, batched_site
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import ROLES, Site, Visitor, email_of, user_id_of
from tests.web.page.zoom_users import imported, mapped, rows_of, under, words

USERS = "/services/zoom/users"
CHANGES_MAPPINGS = ("executive", "owner", "admin", "technical_admin")
EXECUTIVE = Person("Eva Executive", "zu-executive", email_of("executive"))
BOARD = Session(
    ACCOUNT, "Board", EXECUTIVE.zoom_user_id, DAY, DAY + timedelta(hours=1), topic="Board"
)
NOW_ON = {"since": "now"}
SINCE_MARCH = {"since": "day", "day": "2026-03-01"}


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    home = tmp_path_factory.mktemp("home")
    with batched_site(server_url, zoom, home, more={BOARD: [EXECUTIVE, MEMBER]}) as batched:
        yield batched


@pytest.fixture
def acme(site: Site) -> Site:
    """Zoom users with the email of the Executive, of the deactivated Member, and without email."""
    site.connect("acme", ACCOUNTS[0])
    imported(
        site, ACCOUNTS[0], zu_executive=email_of("executive"), zu_member=email_of("member"),
        zu_room=None,
    )  # fmt: skip
    site.rows(
        "update worksights.users set deactivated_at = now() where user_id = %s",
        user_id_of("member"),
    )
    return site


def ask(visitor: Visitor, zoom_user: str, to: str, when: dict[str, str] = NOW_ON) -> int:
    return visitor.post(f"{USERS}/{zoom_user}/change", {"to": to, **when}).status_code


def decide(visitor: Visitor, zoom_user: str, decision: str, request: str = "") -> int:
    path = f"{USERS}/{zoom_user}/request"
    shown = visitor.get(path).text
    known = shown.partition('name="request" value="')[2].partition('"')[0]
    fields = {"request": request or known, "decision": decision}
    return visitor.post(path, fields).status_code


def mappings(site: Site) -> list[tuple[str, str | None, str]]:
    return site.rows(
        "select zoom_user_id, user_id, changed_by from integration.mapping_changes "
        "order by change_id"
    )


def decisions(site: Site) -> list[str | None]:
    found = site.rows("select decision from integration.mapping_requests order by request_id")
    return [decision for (decision,) in found]


def waiting_id(site: Site) -> str:
    ((found,),) = site.rows(
        "select max(request_id)::text from integration.mapping_requests where decision is null"
    )
    return found


def test_whoever_maps_the_executives_zoom_user_to_themselves_moves_no_entry(
    batched: Batched,
) -> None:
    before = batched.entries()
    assert ("Board", user_id_of("executive")) in before
    zoom_user = EXECUTIVE.zoom_user_id
    answers = {}
    for role in ROLES:
        visitor = batched.site.visitor(role)
        asked = ask(visitor, zoom_user, user_id_of(role), SINCE_MARCH)
        request = waiting_id(batched.site) if asked == 303 else "1"
        answers[role] = (asked, decide(visitor, zoom_user, "confirmed", request))
    assert answers == {
        role: (303, 403) if role in CHANGES_MAPPINGS else (403, 403) for role in ROLES
    }
    # Nor does it help that somebody else asks for it.
    owner, admin = batched.site.visitor("owner"), batched.site.visitor("admin")
    assert ask(owner, zoom_user, user_id_of("admin"), SINCE_MARCH) == 303
    assert decide(admin, zoom_user, "confirmed", waiting_id(batched.site)) == 403

    assert mappings(batched.site) == []
    batched.batch()
    assert batched.entries() == before


def test_a_confirmed_mapping_applies_from_the_day_it_was_requested_for(batched: Batched) -> None:
    admin, owner = batched.site.visitor("admin"), batched.site.visitor("owner")
    assert ask(admin, "zu-stranger", user_id_of("admin"), SINCE_MARCH) == 303
    shown = owner.get(f"{USERS}/zu-stranger/request").text
    assert rows_of(shown) == [["Meetings", "+1", "none"], ["Webinars", "+1", "none"]]
    assert decide(owner, "zu-stranger", "confirmed") == 303
    batched.batch()
    assert [topic for topic, user in batched.entries() if user == user_id_of("admin")] == [
        "Launch",
        "Plans",
    ]


def test_a_request_is_recorded_with_both_people_and_saved_as_the_first_ones_change(
    acme: Site,
) -> None:
    admin, executive = acme.visitor("admin"), acme.visitor("executive")
    assert ask(admin, "zu_room", user_id_of("admin")) == 303
    assert mappings(acme) == []
    assert decide(executive, "zu_room", "confirmed") == 303
    assert mappings(acme) == [("zu_room", user_id_of("admin"), user_id_of("admin"))]
    assert acme.rows(
        "select user_id, kind from integration.audit_trail where kind like 'mapping%' "
        "order by number"
    ) == [
        (user_id_of("admin"), "mapping_requested"),
        (user_id_of("executive"), "mapping_confirmed"),
    ]
    overview = words(executive.get("/services/zoom/overview").text)
    assert "Executive of Acme confirmed the request to map Zoom user zu_room" in overview


@pytest.mark.parametrize(
    ("zoom_user", "to", "waits"),
    [
        ("zu_executive", user_id_of("manager"), True),
        ("zu_executive", user_id_of("admin"), True),
        ("zu_executive", user_id_of("executive"), False),  # whose email it is
        ("zu_executive", "nobody", False),
        ("zu_member", user_id_of("manager"), False),  # the email of a deactivated user
        ("zu_room", user_id_of("manager"), False),
        ("zu_room", user_id_of("admin"), True),
    ],
)
def test_only_mappings_for_oneself_or_of_anothers_zoom_user_wait(
    zoom_user: str, to: str, waits: bool, acme: Site
) -> None:
    admin = acme.visitor("admin")
    preview = admin.get(f"{USERS}/{zoom_user}/change?to={to}").text
    assert ("A second person has to confirm this mapping" in preview) is waits
    assert ask(admin, zoom_user, to) == 303
    assert (decisions(acme), len(mappings(acme))) == (([None], 0) if waits else ([], 1))


def test_an_email_that_the_zoom_user_had_in_that_time_counts_too(acme: Site) -> None:
    """The Executive's Zoom user now has another email, but its old meetings are the Executive's."""
    acme.rows(
        "insert into pipeline.settings values ('acme', 'zoom_user_email', 'zu_room', %s, %s, "
        "tstzmultirange(tstzrange(null, '2026-06-01')))",
        email_of("executive"), ACCOUNTS[0],
    )  # fmt: skip
    admin, manager = acme.visitor("admin"), user_id_of("manager")
    assert ask(admin, "zu_room", manager, SINCE_MARCH) == 303
    assert (decisions(acme), mappings(acme)) == ([None], [])
    assert ask(admin, "zu_room", manager, {"since": "day", "day": "2026-07-01"}) == 303
    assert len(mappings(acme)) == 1


def test_a_waiting_request_is_shown_wherever_somebody_can_act_on_it(acme: Site) -> None:
    admin, owner = acme.visitor("admin"), acme.visitor("owner")
    ask(admin, "zu_executive", user_id_of("manager"), SINCE_MARCH)
    assert "1 mapping is waiting for confirmation" in owner.get("/services/zoom/overview").text
    (listed,) = rows_of(owner.get(f"{USERS}?show=waiting").text)
    assert (listed[0].split()[2], listed[2]) == ("zu_executive", "Same email To confirm")
    assert "Open the request" in owner.get(f"{USERS}/zu_executive").text
    asked, read = (
        words(visitor.get(f"{USERS}/zu_executive/request").text) for visitor in (admin, owner)
    )
    # The one who asked can only take it back, and reads who can confirm it.
    assert ("Confirm mapping" in asked, "Withdraw request" in asked) == (False, True)
    assert "confirmed by Executive of Acme or Owner of Acme or Technical Admin of Acme" in asked
    assert ("Confirm mapping" in read, "Withdraw request" in read) == (True, False)


def test_both_people_see_the_request_and_its_decision_on_their_account_page(acme: Site) -> None:
    admin, owner = acme.visitor("admin"), acme.visitor("owner")
    executive, manager = acme.visitor("executive"), acme.visitor("manager")
    ask(admin, "zu_executive", user_id_of("manager"), SINCE_MARCH)
    for visitor, mapped_to in ((executive, "Manager of Acme"), (manager, "You")):
        (row,) = rows_of(under(visitor.get("/account").text, "Requested mappings"))
        assert row[1:] == ["zu_executive", mapped_to, "Admin of Acme", "Waiting"]
    assert "zu_executive" not in owner.get("/account").text  # it is not about them
    decide(owner, "zu_executive", "declined")
    (row,) = rows_of(under(executive.get("/account").text, "Requested mappings"))
    assert row[4].startswith("Declined Owner of Acme,")


@pytest.mark.parametrize(("role", "decision"), [("executive", "declined"), ("admin", "withdrawn")])
def test_a_request_can_be_declined_or_withdrawn_and_nothing_changes(
    role: str, decision: str, acme: Site
) -> None:
    visitors = {each: acme.visitor(each) for each in ("admin", "executive")}
    ask(visitors["admin"], "zu_room", user_id_of("admin"))
    wrong = "withdrawn" if role == "executive" else "declined"
    assert decide(visitors[role], "zu_room", wrong) == 403
    assert decide(visitors[role], "zu_room", decision) == 303
    assert (decisions(acme), mappings(acme)) == ([decision], [])
    # An old link, or a second click on the button.
    assert "Open Zoom user" in visitors[role].get(f"{USERS}/zu_room/request").text
    assert decide(visitors[role], "zu_room", decision) == 409
    assert (decisions(acme), mappings(acme)) == ([decision], [])


def test_only_what_was_read_is_confirmed(acme: Site) -> None:
    """A newer request replaces the one that is waiting, maybe while somebody reads it."""
    admin, owner = acme.visitor("admin"), acme.visitor("owner")
    ask(admin, "zu_executive", user_id_of("manager"))
    first = waiting_id(acme)
    ask(admin, "zu_executive", user_id_of("technical_admin"))
    assert decide(owner, "zu_executive", "confirmed", first) == 409
    assert (decisions(acme), mappings(acme)) == (["withdrawn", None], [])
    assert decide(owner, "zu_executive", "nonsense") == 400


def test_the_latest_email_owner_and_manual_mapping_decide_who_loses_the_zoom_user(
    acme: Site,
) -> None:
    mapped(acme, "zu_room", user_id_of("manager"))
    admin = acme.visitor("admin")
    ask(admin, "zu_room", user_id_of("admin"))
    ask(admin, "zu_executive", user_id_of("admin"))
    assert acme.rows(
        "select zoom_user_id, from_user_id from integration.mapping_requests order by request_id"
    ) == [("zu_room", user_id_of("manager")), ("zu_executive", user_id_of("executive"))]


def test_requests_of_another_organization_are_not_found(acme: Site) -> None:
    ask(acme.visitor("admin"), "zu_room", user_id_of("admin"))
    stranger = acme.visitor("executive", "globex")
    assert stranger.get(f"{USERS}/zu_room/request").status_code == 404
    assert decide(stranger, "zu_room", "confirmed", waiting_id(acme)) == 404


def test_where_nobody_else_can_confirm_the_page_says_who_could(acme: Site) -> None:
    acme.rows(
        "update worksights.users set deactivated_at = now() where role in "
        "('owner', 'executive', 'technical_admin') and organization_id = 'acme'"
    )
    preview = words(
        acme.visitor("admin").get(f"{USERS}/zu_room/change?to={user_id_of('admin')}").text
    )
    assert "No one else in your organization can confirm it" in preview
