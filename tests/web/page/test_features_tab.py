"""The grid of people and features, the features of one person, and who may change them."""

import pytest

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.switches import states_in_words
from tests.web.page.zoom_users import imported, licensed, rows_of, words

TAB = "/services/zoom/features"
MEMBER = f"{TAB}/users/{user_id_of('member')}"


@pytest.fixture
def acme(site: Site) -> Site:
    site.connect("acme", ACCOUNTS[0])
    imported(site, ACCOUNTS[0], zu_member="member@acme.example")
    licensed(site, "zu_member")
    return site


def switched(site: Site, user_id: str | None, feature: str, *, is_on: bool, since: str) -> None:
    site.rows(
        "insert into integration.subscription_changes "
        "(organization_id, user_id, feature, is_on, effective_from) "
        "values ('acme', %s, %s, %s, %s)",
        user_id, feature, is_on, since,
    )  # fmt: skip


def grid(visitor: Visitor, query: str = "") -> dict[str, list[str]]:
    """The three features of each person."""
    cells = rows_of(states_in_words(visitor.get(f"{TAB}{query}").text))
    return {
        row[0].partition(" of Acme")[0]: [cell.partition(" No entry")[0] for cell in row[1:4]]
        for row in cells
    }


def test_all_features_are_on_by_default_and_people_with_a_zoom_user_come_first(
    acme: Site,
) -> None:
    shown = grid(acme.visitor("technical_admin"))
    people = ["Member", "Admin", "Executive", "Manager", "Owner", "Technical Admin"]
    assert shown == {person: ["On", "On", "On"] for person in people}
    assert [*shown] == people


def test_who_may_not_see_activity_does_not_see_when_entries_ended(acme: Site) -> None:
    for path in (TAB, MEMBER):
        shown = [
            "No entry yet" in acme.visitor(role).get(path).text
            for role in ("admin", "technical_admin")
        ]
        assert (path, shown) == (path, [True, False])


def test_the_grid_shows_what_is_off_for_a_person_and_for_the_organization(acme: Site) -> None:
    switched(acme, user_id_of("member"), "meetings", is_on=False, since="2026-01-01")
    switched(acme, user_id_of("admin"), "meetings", is_on=False, since="2026-01-01")
    switched(acme, user_id_of("admin"), "meetings", is_on=True, since="2026-02-01")
    switched(acme, user_id_of("owner"), "meetings", is_on=False, since="2999-01-01")  # future
    switched(acme, None, "phone", is_on=False, since="2026-01-01")
    visitor = acme.visitor("admin")
    shown = grid(visitor)
    assert {person: shown[person] for person in ("Member", "Admin", "Owner")} == {
        "Member": ["Off", "On", "On Off for the organization ·"],
        "Admin": ["On", "On", "On Off for the organization ·"],
        "Owner": ["On", "On", "On Off for the organization ·"],
    }
    people = {
        show: [*grid(visitor, f"?show={show}")]
        for show in ("off", "meetings_off", "webinars_off", "mapped", "unmapped")
    }
    assert people.pop("unmapped") == ["Admin", "Executive", "Manager", "Owner", "Technical Admin"]
    assert people == {
        "off": ["Member"], "meetings_off": ["Member"], "webinars_off": [], "mapped": ["Member"],
    }  # fmt: skip
    assert [*grid(visitor, "?q=technical_ADMIN%40acme")] == ["Technical Admin"]


def test_who_has_no_zoom_phone_is_marked_where_zoom_says_who_has_it(acme: Site) -> None:
    imported(acme, ACCOUNTS[0], zu_admin="admin@acme.example")
    visitor = acme.visitor("technical_admin")
    overview = "/services/zoom/overview"
    acme.rows("update integration.connections set users_imported_at = null")
    assert "Zoom Phone" not in " ".join(sum(grid(visitor).values(), []))  # no complete import yet
    assert "with Zoom Phone" not in visitor.get(overview).text
    acme.rows("update integration.connections set users_imported_at = now()")
    phone = {person: features[2] for person, features in grid(visitor).items()}
    assert phone == {
        "Member": "On", "Admin": "On No Zoom Phone", "Executive": "On", "Manager": "On",
        "Owner": "On", "Technical Admin": "On",
    }  # fmt: skip
    assert [*grid(visitor, "?show=phone")] == ["Member"]
    marked = {
        role: "This person has no Zoom Phone" in visitor.get(f"{TAB}/users/{user_id_of(role)}").text
        for role in ("member", "admin", "manager")
    }
    assert marked == {"member": False, "admin": True, "manager": False}
    assert (
        "manager@acme.example · no Zoom user"
        in visitor.get(f"{TAB}/users/{user_id_of('manager')}").text
    )
    assert "2 people (1 with Zoom Phone)" in words(visitor.get(overview).text)
    acme.rows("update integration.connections set phone_detail = 'This account has no Zoom Phone.'")
    assert grid(visitor)["Admin"] == ["On", "On", "On"]


def test_people_who_left_and_those_of_another_organization_are_not_listed(acme: Site) -> None:
    acme.rows("update worksights.users set deactivated_at = now() where role = 'manager'")
    page = acme.visitor("admin").get(TAB).text
    assert [name in page for name in ("Manager of Acme", "of Globex")] == [False, False]


def test_a_feature_change_is_saved_with_its_author_and_recorded(acme: Site) -> None:
    visitor = acme.visitor("owner")
    fields = {"feature": "meetings", "to": "off", "since": "day", "day": "2026-02-01"}
    answer = visitor.post(f"{MEMBER}/change", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, MEMBER)
    assert acme.rows(
        "select organization_id, user_id, feature, is_on, effective_from::text, changed_by "
        "from integration.subscription_changes"
    ) == [
        (
            "acme", user_id_of("member"), "meetings", False, "2026-01-31 23:00:00+00",
            user_id_of("owner"),
        )
    ]  # fmt: skip
    assert acme.rows(
        "select user_id, kind, subject, details - 'changed_at' from integration.audit_trail "
        "where kind <> 'signed_in'"
    ) == [
        (
            user_id_of("owner"), "feature_switched", user_id_of("member"),
            {
                "feature": "meetings", "is_on": False,
                "effective_from": "2026-01-31T23:00:00+00:00",
            },
        )
    ]  # fmt: skip
    page = visitor.get(MEMBER).text
    assert "Meetings switched off for Member of Acme. It applies from 1 Feb 2026." in page
    assert "Switch on from an earlier day…" in page


def test_a_feature_that_is_off_for_the_organization_is_off_for_each_person(acme: Site) -> None:
    visitor = acme.visitor("executive")
    visitor.post(f"{TAB}/organization/change", {"feature": "phone", "to": "off", "since": "now"})
    assert "It applies from now on." in visitor.get(f"{TAB}/organization").text
    sentence = "Off for the organization. For Member of Acme, it is set to on."
    assert sentence in visitor.get(MEMBER).text
    assert acme.rows("select user_id, feature, is_on from integration.subscription_changes") == [
        (None, "phone", False)
    ]


def test_a_feature_change_from_an_earlier_day_applies_until_now(acme: Site) -> None:
    """It was already switched on from February; the new change, off from January, overrides it."""
    switched(acme, user_id_of("member"), "meetings", is_on=True, since="2026-02-01")
    visitor = acme.visitor("executive")
    fields = {"feature": "meetings", "to": "off", "since": "day", "day": "2026-01-15"}
    visitor.post(f"{MEMBER}/change", fields)
    assert grid(visitor)["Member"] == ["Off", "On", "On"]


@pytest.mark.parametrize("query", ["", "?feature=chat&to=on", "?feature=phone&to=maybe"])
def test_a_change_of_an_unknown_feature_or_to_an_unknown_state_is_refused(
    query: str, acme: Site
) -> None:
    assert acme.visitor("owner").get(f"{MEMBER}/change{query}").status_code == 400


def test_a_day_before_the_connection_is_refused(acme: Site) -> None:
    visitor = acme.visitor("owner")
    fields = {"feature": "phone", "to": "off", "since": "day", "day": "2024-05-05"}
    answer = visitor.post(f"{MEMBER}/change", fields)
    assert (answer.status_code, "Choose that date or a later one" in answer.text) == (400, True)
    assert acme.rows("select count(*) from integration.subscription_changes") == [(0,)]


def test_the_features_of_another_organizations_people_are_not_found(acme: Site) -> None:
    visitor = acme.visitor("executive")
    theirs = f"{TAB}/users/{user_id_of('member', 'globex')}"
    fields = {"feature": "phone", "to": "off", "since": "now"}
    answers = [
        visitor.get(theirs),
        visitor.get(f"{theirs}/change?feature=phone&to=off"),
        visitor.post(f"{theirs}/change", fields),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3


def test_a_technical_admin_switches_features_too(acme: Site) -> None:
    visitor = acme.visitor("technical_admin")
    fields = {"feature": "phone", "to": "off", "since": "now"}
    assert visitor.post(f"{MEMBER}/change", fields).status_code == 303
    assert grid(visitor)["Member"] == ["On", "On", "Off"]
