"""Pressing the switches of the page Features: from now on and at once, for one person, for several
people and for the organization; and taking it back.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest

from integration.web.features.saving import Switch, lock_switches, save_switches
from tests.databases import page_of
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.switches import TAB, off_now, press, said, undo, undo_form
from tests.web.page.zoom_users import imported, words

MEMBER, MANAGER, OWNER = map(user_id_of, ("member", "manager", "owner"))
PAGE = f"{TAB}/users/{MEMBER}"


@pytest.fixture
def acme(site: Site) -> Site:
    site.connect("acme", ACCOUNTS[0])
    imported(site, ACCOUNTS[0], zu_member="member@acme.example")
    return site


def recorded(site: Site) -> list[tuple[str, str, str, Any]]:
    return site.rows(
        "select user_id, kind, subject, details - 'changed_at' - 'effective_from' - 'undoes' "
        "from integration.audit_trail where kind like '%switche%' order by entry_id"
    )


def many(visitor: Visitor, to: str, *users: str, **fields: str) -> str:
    """Sends the form above the list; returns where it leads to."""
    given = {"feature": "meetings", "since": "now", "seen": datetime.now(UTC).isoformat()}
    pairs = [*(given | fields).items(), ("to", to), *(("user", user) for user in users)]
    answer = visitor.post(f"{TAB}/many", pairs)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_switch_leads_back_to_where_it_was_pressed(acme: Site) -> None:
    admin = acme.visitor("admin")
    assert press(admin, "off", "phone", MEMBER, back="q=of&page=2") == f"{TAB}?q=of&page=2"
    assert press(admin, "off", "phone", MEMBER, place=f"users/{MEMBER}", back="q=of") == (
        f"{PAGE}?back=q%3Dof"
    )
    assert press(admin, "on", "phone", place="organization") == f"{TAB}/organization"


def test_a_switch_pressed_twice_is_switched_once_and_can_still_be_undone(acme: Site) -> None:
    """A double click sends the form twice, and both name the same state."""
    admin = acme.visitor("admin")
    for _ in range(2):
        press(admin, "off", "meetings", MEMBER)
    assert off_now(acme) == {(MEMBER, "meetings")}
    assert [kind for _, kind, *_ in recorded(acme)] == ["feature_switched"]
    assert said(admin, PAGE) == "Meetings switched off for Member of Acme. It applies from now on."
    press(admin, "off", "meetings", MEMBER)
    assert undo(admin) == "Undone. Everything is as it was before."
    assert off_now(acme) == set()


def test_of_two_people_the_last_one_decides_and_both_are_recorded(acme: Site) -> None:
    """The one who saves last asked first, and has waited for the other."""
    admin = acme.visitor("admin")
    with ThreadPoolExecutor(1) as pool:
        with page_of(acme.database_url, "acme") as other:
            changed_at = lock_switches(other, "acme")
            pressed = pool.submit(press, admin, "on", "meetings", MEMBER)
            while not acme.rows(
                "select 1 from pg_locks where locktype = 'advisory' and not granted"
            ):
                sleep(0.01)
            save_switches(
                other, [Switch(MEMBER, "meetings")], organization_id="acme", is_on=False,
                effective_from=datetime.now(UTC), changed_by="somebody", changed_at=changed_at,
            )  # fmt: skip
        pressed.result()
    assert off_now(acme) == set()
    states = acme.rows(
        "select distinct on (changed_at) changed_by, is_on from integration.subscription_changes "
        "order by changed_at"
    )
    assert states == [("somebody", False), (user_id_of("admin"), True)]


def test_the_organization_is_switched_like_a_person(acme: Site) -> None:
    executive = acme.visitor("executive")
    press(executive, "off", "phone")
    assert off_now(acme) == {("", "phone")}
    page = words(executive.get(TAB).text)
    assert "Phone calls switched off for the organization. It applies from now on." in page
    assert page.count("Off for the organization") == 6


def test_who_is_skipped_is_said_with_the_reason(acme: Site) -> None:
    """The Manager was off before; the Owner was switched by somebody else after the list was
    shown; one has left, and one is of another organization.
    """
    admin, executive = acme.visitor("admin"), acme.visitor("executive")
    press(executive, "off", "meetings", MANAGER)
    seen = datetime.now(UTC).isoformat()
    press(executive, "off", "webinars", OWNER)
    press(executive, "off", "meetings", OWNER)
    press(executive, "on", "meetings", OWNER)
    left, theirs = user_id_of("technical_admin"), user_id_of("member", "globex")
    acme.rows("update worksights.users set deactivated_at = now() where user_id = %s", left)
    chosen = [MEMBER, MANAGER, OWNER, left, theirs, user_id_of("executive")]
    assert many(admin, "off", *chosen, seen=seen, back="show=off") == f"{TAB}?show=off"
    assert said(admin) == (
        "Meetings switched off for 2 people. It applies from now on. 1 person has no Zoom user "
        "yet, so the change applies once they are mapped. 4 people skipped: 1 already "
        "switched off, 1 switched by someone else in the meantime, 2 no longer active in "
        "WorkSights."
    )
    executives = user_id_of("executive")
    assert off_now(acme) == {
        (MANAGER, "meetings"), (OWNER, "webinars"), (MEMBER, "meetings"), (executives, "meetings"),
    }  # fmt: skip
    assert acme.rows("select count(*) from facts.switches_off where organization_id <> 'acme'") == [
        (0,)
    ]


def test_everybody_whom_the_list_finds_is_switched_with_one_change(acme: Site) -> None:
    acme.rows(
        "insert into worksights.users (user_id, organization_id, email, full_name, role, "
        "time_zone, created_at) select 'p' || n, 'acme', n || '@many.example', 'Person ' || n, "
        "'member', 'Europe/Berlin', now() from generate_series(1, 120) as n"
    )
    admin = acme.visitor("admin")
    many(admin, "off", everybody="yes", q="many.example", show="all", feature="all")
    assert "Meetings, webinars and phone calls switched off for 120 people" in said(admin)
    assert len(off_now(acme)) == 3 * 120
    assert acme.rows(
        "select count(*), count(distinct changed_at), count(distinct effective_from) "
        "from integration.subscription_changes"
    ) == [(360, 1, 1)]
    switched = {"is_on": False, "users": 120, "features": ["meetings", "webinars", "phone"]}
    assert recorded(acme) == [(user_id_of("admin"), "features_switched", "", switched)]
    press(acme.visitor("executive"), "on", "phone", "p7")
    changes = "/services/zoom/overview/changes"
    page = words(admin.get(changes).text)
    assert "Admin of Acme switched meetings, webinars and phone calls off for 120 people" in page
    answer = admin.post(f"{TAB}/undo", [*undo_form(undoable(admin, changes)), ("place", "changes")])
    assert answer.headers["location"] == changes
    assert said(admin, changes) == (
        "Undone, but not for 1 person, whose features have been changed again since."
    )
    assert off_now(acme) == set()


def undoable(visitor: Visitor, path: str) -> str:
    """The part of a list of changes that starts with the change of several people."""
    return visitor.get(path).text.partition("for 120 people")[2]


def test_a_selection_without_anybody_changes_nothing(acme: Site) -> None:
    admin = acme.visitor("admin")
    refused = admin.post(f"{TAB}/many", {"feature": "meetings", "to": "off", "back": "q=of"})
    assert refused.status_code == 400
    assert "No one is selected." in refused.text
    many(admin, "on", MEMBER)
    assert said(admin) == "Nothing changed. 1 person skipped: 1 already switched on."
    assert acme.rows("select count(*) from integration.subscription_changes") == [(0,)]


def test_undoing_leaves_the_history_as_it_was(acme: Site) -> None:
    """It had been off in February. Switching it off from January on overwrote that."""
    for day, is_on in (("2026-02-01", False), ("2026-03-01", True)):
        acme.rows(
            "insert into integration.subscription_changes "
            "(organization_id, user_id, feature, is_on, effective_from) "
            "values ('acme', %s, 'meetings', %s, %s)",
            MEMBER, is_on, day,
        )  # fmt: skip
    facts = "select subject, value, valid::text from facts.switches_off"
    before = acme.rows(facts)
    owner = acme.visitor("owner")
    fields = {"feature": "meetings", "to": "off", "since": "day", "day": "2026-01-15"}
    owner.post(f"{PAGE}/change", fields)
    assert acme.rows(facts) != before
    page = owner.get(PAGE).text
    for _ in range(2):  # a double click says the same
        owner.post(f"{TAB}/undo", undo_form(page))
        assert said(owner, PAGE) == "Undone. Everything is as it was before."
    assert acme.rows(facts) == before
    assert [kind for _, kind, *_ in recorded(acme)] == ["feature_switched", "switches_undone"]


def test_what_was_switched_again_since_is_not_undone(acme: Site) -> None:
    admin = acme.visitor("admin")
    press(admin, "off", "meetings", MEMBER)
    page = admin.get(TAB).text
    press(acme.visitor("owner"), "on", "meetings", MEMBER)
    admin.post(f"{TAB}/undo", undo_form(page))
    assert said(admin) == (
        "Nothing was undone, because these features have been changed again since."
    )
    assert "Undo" not in admin.get(TAB).text


@pytest.mark.parametrize("change", ["", "2026-01-01T00:00:00+00:00", "yesterday"])
def test_a_change_that_is_not_there_or_of_long_ago_is_not_undone(change: str, acme: Site) -> None:
    admin = acme.visitor("admin")
    admin.post(f"{TAB}/undo", {"change": change})
    assert said(admin) == (
        "This change can no longer be undone. Switch the features again instead."
    )


def test_a_change_is_undone_within_the_organization_only(acme: Site) -> None:
    admin, stranger = acme.visitor("admin"), acme.visitor("executive", "globex")
    press(admin, "off", "meetings", MEMBER)
    stranger.post(f"{TAB}/undo", undo_form(admin.get(TAB).text))
    assert off_now(acme) == {(MEMBER, "meetings")}


@pytest.mark.parametrize(
    ("pressed", "status"),
    [
        ("off meetings", 303),  # the organization
        ("off chat", 400),
        ("maybe meetings", 400),
        ("", 400),
        ("off meetings nobody", 404),
        (f"off meetings {user_id_of('member', 'globex')}", 404),
    ],
)
def test_only_switches_of_the_organization_can_be_pressed(
    pressed: str, status: int, acme: Site
) -> None:
    answer = acme.visitor("admin").post(f"{TAB}/press", {"press": pressed})
    assert answer.status_code == status
    assert len(off_now(acme)) == int(status == 303)


def test_several_people_from_an_earlier_day_are_previewed_first(acme: Site) -> None:
    admin = acme.visitor("admin")
    address = many(admin, "off", MEMBER, MANAGER, since="day", back="q=of")
    assert address.startswith(f"{TAB}/many?")
    assert off_now(acme) == set()
    preview = words(admin.get(address).text)
    assert "Switch meetings off for 2 people?" in preview
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert abs(datetime.fromisoformat(day_of(address)).date() - yesterday.date()).days <= 1
    assert many(admin, "off", MEMBER, MANAGER, since="day", day="2026-01-15", back="q=of") == (
        f"{TAB}?q=of"
    )
    assert acme.rows(
        "select distinct effective_from::text from integration.subscription_changes"
    ) == [("2026-01-14 23:00:00+00",)]
    too_early = address.replace(day_of(address), "2024-05-05")
    assert "Choose that date or a later one" in words(admin.get(too_early).text)


def day_of(address: str) -> str:
    return address.partition("&day=")[2].partition("&")[0]
