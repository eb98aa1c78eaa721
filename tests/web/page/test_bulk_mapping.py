"""Many Zoom users are mapped at once, with one preview, one save and one undo."""

import re

import pytest

from tests.web.page.bulk_mapping import (
    ACME,
    BULK,
    GLOBEX,
    USERS,
    hidden,
    previewed,
    save,
    saved,
    undo,
    undo_link,
    with_suggestions,
)
from tests.web.page.site import Site, email_of, user_id_of
from tests.web.page.zoom_users import imported, mapped, rows_of, under, words


@pytest.fixture
def acme(site: Site) -> Site:
    return with_suggestions(site)


def test_each_unmapped_zoom_user_is_listed_with_a_suggestion_and_its_reason(acme: Site) -> None:
    page = acme.visitor("admin").get(f"{USERS}?show=unmapped").text
    listed = [(row[0].split(), row[2]) for row in rows_of(page)]
    assert {f"{name[0]} {name[-1]}": suggestion for name, suggestion in listed} == {
        "=Pat; Zoom": "No match",
        "Ann ann@home.test": "2 people with that name",
        "Manager m@home.test": "Suggested Manager of Acme manager@acme.example "
        "Same name, only match",
        "Member tablet@home.test": "Member of Acme already has a Zoom user",
        "O. owner@acme-mail.com": "Suggested Owner of Acme owner@acme.example "
        "Same alias at one of your domains",
        "Room Zoom": "Nobody Looks like a room or device",
    }  # fmt: skip
    # People of one name can be distinguished.
    offered = words(page.partition("<datalist")[2].partition("</datalist>")[0])
    assert "Ann Ash Ann Ash, reports to Manager of Acme" in offered
    assert "Member of Acme, already has a Zoom user" in offered
    assert saved(acme) == {}


def test_people_of_one_name_are_listed_together_and_chosen_from_a_list(acme: Site) -> None:
    acme.rows("update zoom_raw.users set display_name = 'ANN Ash' where zoom_user_id = 'zu-room'")
    admin = acme.visitor("admin")
    page = admin.get(f"{USERS}?show=several").text
    assert [row[0].split()[-1] for row in rows_of(page)] == ["ann@home.test", "Zoom"]
    for zoom_user in ("zu-ann", "zu-room"):
        choices = page.partition(f'<select class="map-to" name="to:{zoom_user}"')[2]
        assert re.findall(
            r'<option value="([^"]*)">([^<]*)', choices.partition("</select>")[0]
        ) == [
            ("", "Choose…"),
            ("ann1@acme.example", "ann1@acme.example"),
            ("ann2@acme.example", "ann2@acme.example, reports to Manager of Acme"),
            ("nobody", "Nobody"),
        ]
    page = previewed(
        admin, ("what", "ticked"), ("to:zu-ann", "ann2@acme.example"), ("to:zu-room", "nobody")
    )
    assert save(admin, page) == 303
    assert saved(acme) == {"zu-ann": ("ann-2", False), "zu-room": (None, False)}
    left = words(admin.get(f"{USERS}?show=several").text)
    assert "Nothing left here 4 Zoom users are not mapped. Show all not mapped" in left
    # A name that too many people have is typed.
    acme.rows(
        "insert into worksights.users (user_id, organization_id, email, full_name, role, "
        "time_zone, created_at) select 'pat-' || number, 'acme', 'pat' || number || "
        "'@acme.example', '=Pat; Quote\" O''Neil', 'member', 'UTC', '2025-01-01Z' "
        "from generate_series(1, 21) as number"
    )
    page = admin.get(f"{USERS}?show=several").text
    assert ("21 people with that name" in words(page), 'list="profiles"' in page) == (True, True)


def test_the_rest_are_left_unmapped_from_the_list_and_only_later_ones_are_shown(
    acme: Site,
) -> None:
    admin = acme.visitor("admin")
    assert "Leave the rest unmapped" in admin.get(f"{USERS}?show=unmapped").text
    assert "Leave the rest unmapped" not in admin.get(f"{USERS}?show=rooms").text
    assert "Not reviewed" not in admin.get(f"{USERS}?show=unmapped").text
    admin.post("/services/zoom/overview/reviewed")
    page = words(admin.get(f"{USERS}?show=unmapped").text)
    assert "No match · reviewed, stays unmapped" in page
    assert "Leave the rest unmapped" not in page
    assert "Every Zoom user is reviewed" in words(admin.get(f"{USERS}?show=unreviewed").text)
    imported(acme, ACME, zu_late=None)
    overview = admin.get("/services/zoom/overview").text
    assert f"{USERS}?show=unreviewed" in overview
    page = admin.get(f"{USERS}?show=unreviewed").text
    assert [row[0].split()[:3] for row in rows_of(page)] == [["Name", "of", "zu_late"]]
    assert "Not reviewed 1" in words(page)


def test_selected_suggested_and_typed_rows_are_one_change_that_can_be_undone(acme: Site) -> None:
    mapped(acme, "zu-room", user_id_of("executive"), "2025-06-01")
    admin = acme.visitor("admin")
    page = previewed(
        admin,
        ("what", "ticked"), ("back", "show=unmapped"),
        ("zoom_user", "zu-manager"), ("zoom_user", "zu-pat"),
        ("to:zu-ann", "ANN2@acme.example"), ("to:zu-member-2", email_of("member")),
    )  # fmt: skip
    text = words(page)
    assert (
        "=Pat; Quote&#34; O&#39;Neil: there is no suggestion, and no WorkSights user was chosen"
        in text
    )
    assert "Member of Acme already has the Zoom user Name of zu_member" in text
    assert [row[0].split()[0] for row in rows_of(under(page, "Mappings to save"))] == [
        "Ann", "Manager", "Member",
    ]  # fmt: skip
    assert saved(acme) == {"zu-room": (user_id_of("executive"), False)}

    assert save(admin, page, ("since", "day"), ("day", "2026-02-01")) == 303
    assert acme.rows(
        "select zoom_user_id, user_id, changed_at = max(changed_at) over (), "
        "effective_from::text from integration.mapping_changes where zoom_user_id <> 'zu-room' "
        "order by zoom_user_id collate \"C\""
    ) == [
        ("zu-ann", "ann-2", True, "2026-01-31 23:00:00+00"),
        ("zu-manager", user_id_of("manager"), True, "2026-01-31 23:00:00+00"),
        ("zu-member-2", user_id_of("member"), True, "2026-01-31 23:00:00+00"),
    ]  # fmt: skip
    ((kind, details),) = acme.rows(
        "select kind, details - 'change_id' from integration.audit_trail where kind like 'mapp%'"
    )
    assert (kind, details["count"], details["requested"]) == ("mappings_changed", 3, 0)

    # Somebody else has changed one of them since, so the undo leaves it.
    link = undo_link(admin.get(f"{USERS}?show=unmapped").text)
    owner = acme.visitor("owner")
    owner.post(f"{USERS}/zu-ann/change", {"to": "nobody"})
    overview = owner.get("/services/zoom/overview").text
    assert link in overview
    page, status = undo(owner, link)
    assert ("Ann Ash: changed again since" in words(page), status) == (True, 303)
    assert saved(acme) == {
        "zu-ann": (None, False), "zu-manager": (None, True), "zu-member-2": (None, True),
        "zu-room": (user_id_of("executive"), False),
    }  # fmt: skip
    listed = words(owner.get(f"{USERS}?show=unmapped").text)
    assert ("m@home.test" in listed, "ann@home.test" in listed) == (True, False)
    # An undo can be undone; what is undone already is refused.
    assert (
        owner.post(link, {"seen": hidden(owner.get(link).text, "seen")}).status_code == 409
        if 'name="seen"' in owner.get(link).text
        else True
    )
    again = undo_link(owner.get("/services/zoom/overview").text)
    assert undo(owner, again)[1] == 303
    assert saved(acme)["zu-manager"] == (user_id_of("manager"), False)


def test_all_suggestions_and_all_rooms_are_one_step_each_and_single_people_can_be_left_out(
    acme: Site,
) -> None:
    admin = acme.visitor("admin")
    page = previewed(admin, ("what", "all-suggested"))
    fields = [(name, hidden(page, name)) for name in ("choices", "back")]
    fields += [("listed", "zu-manager"), ("listed", "zu-owner"), ("keep", "zu-manager")]
    left = previewed(admin, *fields)
    assert [row[2].split()[0] for row in rows_of(under(left, "Mappings to save"))] == [
        "Manager", "Skipped",
    ]  # fmt: skip
    assert save(admin, left) == 303
    assert saved(acme) == {"zu-manager": (user_id_of("manager"), False)}
    assert save(admin, previewed(admin, ("what", "all-rooms"))) == 303
    assert saved(acme)["zu-room"] == (None, False)

    # Back to "by email", which only concerns manual mappings.
    page = previewed(
        admin, ("what", "by-email"), *(("zoom_user", one) for one in ("zu-room", "zu_member"))
    )
    assert "Name of zu_member: already follows the email" in words(page)
    assert save(admin, page) == 303
    assert saved(acme)["zu-room"] == (None, True)
    assert "Mapped to" in admin.get(f"{USERS}/zu-room").text


def test_what_needs_a_second_person_waits_and_the_rest_is_saved(acme: Site) -> None:
    admin, owner = acme.visitor("admin"), acme.visitor("owner")
    page = previewed(
        admin,
        ("what", "ticked"), ("to:zu-pat", email_of("admin")),
        ("to:zu_member", email_of("manager")), ("zoom_user", "zu-manager"),
    )  # fmt: skip
    text = words(page)
    assert "A second person has to confirm 2 mappings" in text
    assert "Name of zu_member to Manager of Acme: this Zoom user has the email of Member" in text
    assert save(admin, page) == 303
    assert saved(acme) == {"zu-manager": (user_id_of("manager"), False)}
    assert acme.rows(
        "select zoom_user_id, user_id, from_user_id from integration.mapping_requests "
        "order by zoom_user_id collate \"C\""
    ) == [
        ("zu-pat", user_id_of("admin"), None),
        ("zu_member", user_id_of("manager"), user_id_of("member")),
    ]  # fmt: skip

    # So does the undo of a change that took one's own Zoom user away.
    mapped(acme, "zu-ann", user_id_of("owner"))
    mapped(acme, "zu-ann", None, "2026-01-02")
    owner.post(f"{USERS}/zu-ann/change", {"to": "ann-1"})
    page, status = undo(owner, undo_link(owner.get(f"{USERS}/zu-ann").text))
    assert status == 303  # nobody's before
    admin.post(f"{USERS}/zu_member/request", {})  # not a decision
    imported(acme, ACME, zu_owner_2=email_of("owner"))
    mapped(acme, "zu_owner_2", "ann-1")
    assert owner.post(f"{USERS}/zu_owner_2/change", {"to": "by-email"}).status_code == 303
    assert saved(acme)["zu_owner_2"] == ("ann-1", False)  # it waits
    shown = words(admin.get(f"{USERS}/zu_owner_2/request").text)
    assert "by email: the manual mapping ends" in shown


def test_a_preview_that_is_out_of_date_is_shown_again_and_saves_nothing(acme: Site) -> None:
    admin = acme.visitor("admin")
    page = previewed(admin, ("what", "all-suggested"))
    acme.visitor("owner").post(f"{USERS}/zu-manager/change", {"to": "nobody"})
    answer = admin.post(
        f"{BULK}/save", [(name, hidden(page, name)) for name in ("choices", "seen", "back")]
    )
    assert "Something has changed since this preview" in answer.text
    assert saved(acme) == {"zu-manager": (None, False)}
    assert save(admin, page, ("since", "day"), ("day", "2999-01-01")) == 400


def test_ids_of_another_organization_are_not_found(acme: Site) -> None:
    admin = acme.visitor("admin")
    mapped(acme, "zu-room", None)
    ((theirs,),) = acme.rows(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id) "
        "values (%s, 'zu_globex', null) returning change_id", GLOBEX,
    )  # fmt: skip
    answers = [
        admin.post(BULK, [("what", "nobody"), ("zoom_user", "zu_globex")]),
        admin.post(f"{BULK}/save", [("what", "nobody"), ("zoom_user", "zu_globex")]),
        admin.get(f"{USERS}/undo/{theirs}"),
        admin.post(f"{USERS}/undo/{theirs}"),
        admin.get(f"{USERS}/undo/nonsense"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    typed = previewed(admin, ("what", "ticked"), ("to:zu-pat", email_of("member", "globex")))
    assert "no WorkSights user has the email “member@globex.example”" in words(typed)


def test_worksights_users_without_a_zoom_user_are_listed(acme: Site) -> None:
    page = acme.visitor("admin").get(f"{USERS}?show=without").text
    assert [row[0] for row in rows_of(page)][:3] == [
        "Admin of Acme admin@acme.example",
        "Ann Ash ann1@acme.example",
        "Ann Ash ann2@acme.example",
    ]
    assert "Member of Acme" not in page.partition("<tbody>")[2]
