"""The list of Zoom users, one of them in detail, and who may change a mapping."""

import re

import pytest

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of
from tests.web.page.zoom_users import imported, licensed, mapped, rows_of

TAB = "/services/zoom/users"
ACME, SECOND, GLOBEX = ACCOUNTS


def rows(page: str) -> dict[str, list[str]]:
    """The other cells of each Zoom user."""
    return {row[0].split()[2]: row[1:] for row in rows_of(page)}


@pytest.fixture
def acme(site: Site) -> Site:
    """One Zoom user for each way of being mapped, and one of another organization."""
    site.connect("acme", ACME)
    site.connect("globex", GLOBEX)
    imported(
        site, ACME, zu_member="member@acme.example", zu_room=None, zu_new="new@acme.example",
        zu_manual="manual@acme.example", zu_gone="gone@acme.example", zu_none="admin@acme.example",
    )  # fmt: skip
    imported(site, GLOBEX, zu_globex="member@globex.example")
    licensed(site, "zu_member")
    mapped(site, "zu_manual", user_id_of("manager"))
    mapped(site, "zu_gone", "no-such-user")
    mapped(site, "zu_none", None)
    return site


def test_each_zoom_user_is_listed_with_the_mapping_and_its_kind(acme: Site) -> None:
    assert rows(acme.visitor("technical_admin").get(TAB).text) == {
        "zu_gone": ["no-such-user", "User not found", "–"],
        "zu_manual": ["Manager of Acme manager@acme.example", "Manual", "–"],
        "zu_member": ["Member of Acme", "Same email", "Yes"],
        "zu_new": ["–", "Not mapped", "–"],
        "zu_none": ["Nobody", "Nobody", "–"],
        "zu_room": ["–", "Not mapped", "–"],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("show=unmapped", ["zu_new", "zu_room"]),
        ("show=mapped", ["zu_gone", "zu_manual", "zu_member"]),
        ("show=nobody", ["zu_none"]),
        ("show=email", ["zu_member"]),
        ("show=manual", ["zu_gone", "zu_manual", "zu_none"]),
        ("show=phone", ["zu_member"]),
        ("q=MANUAL%40acme", ["zu_manual"]),
        ("q=manager+of", ["zu_manual"]),  # the WorkSights name
        ("q=%25", []),  # not a pattern
        ("q=globex", []),
        ("show=unmapped&q=new", ["zu_new"]),
        ("show=nonsense&page=nonsense", 6),
    ],
)
def test_the_list_can_be_searched_and_filtered(
    query: str, found: list[str] | int, acme: Site
) -> None:
    listed = rows(acme.visitor("admin").get(f"{TAB}?{query}").text)
    assert (len(listed) if isinstance(found, int) else [*listed]) == found


def test_a_long_list_has_pages_that_keep_search_and_filter(site: Site) -> None:
    site.connect("acme", ACME)
    imported(site, ACME, **{f"zu_{n:03}": f"u{n}@acme.example" for n in range(120)})
    visitor = site.visitor("executive")
    first = visitor.get(f"{TAB}?q=acme&show=unmapped").text
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    last = visitor.get(following.replace("page=2", "page=3")).text
    assert following == f"{TAB}?q=acme&show=unmapped&page=2"
    assert ([*rows(first)][-1], [*rows(last)]) == ("zu_049", [f"zu_{n}" for n in range(100, 120)])
    assert "Page 3 of 3" in last


def test_a_user_event_changes_the_email_before_the_next_import(acme: Site) -> None:
    """The copy of the settings contains what events reported."""
    acme.rows(
        "insert into pipeline.settings values ('acme', 'zoom_user_email', 'zu_new', "
        "'executive@acme.example', %s, '{(,)}')",
        ACME,
    )
    listed = rows(acme.visitor("owner").get(TAB).text)
    assert listed["zu_new"][:2] == ["Executive of Acme", "Same email"]


def test_without_a_connection_or_an_import_the_next_step_is_shown(site: Site) -> None:
    visitor = site.visitor("admin")
    assert "Connect Zoom" in visitor.get(TAB).text
    site.connect("acme", ACME)
    assert "No users imported yet" in visitor.get(TAB).text


def test_users_with_a_similar_name_are_offered_and_others_are_found_by_searching(
    acme: Site,
) -> None:
    visitor = acme.visitor("owner")
    offered = visitor.get(f"{TAB}/zu_none").text
    assert "By email: Admin of Acme" in offered
    searched = visitor.get(f"{TAB}/zu_none?q=executive").text
    assert re.findall(r'change\?to=([^"]+)', searched) == ["acme-executive", "by-email"]
    nothing = visitor.get(f"{TAB}/zu_new?q=globex").text
    assert "No other WorkSights user matches “globex”." in nothing


def saved(visitor: Visitor, **fields: str) -> int:
    return visitor.post(f"{TAB}/zu_new/change", fields).status_code


def test_a_mapping_is_saved_with_its_author_and_recorded(acme: Site) -> None:
    visitor = acme.visitor("admin")
    assert saved(visitor, to=user_id_of("member"), since="day", day="2026-02-01") == 303
    assert acme.rows(
        "select zoom_account_id, user_id, effective_from::text, changed_by "
        "from integration.mapping_changes where zoom_user_id = 'zu_new'"
    ) == [(ACME, user_id_of("member"), "2026-01-31 23:00:00+00", user_id_of("admin"))]  # Berlin
    assert acme.rows(
        "select user_id, kind, subject, details - 'change_id' from integration.audit_trail "
        "where kind <> 'signed_in'"
    ) == [
        (
            user_id_of("admin"), "mapping_changed", "zu_new",
            {"user_id": user_id_of("member"), "effective_from": "2026-01-31T23:00:00+00:00"},
        )
    ]  # fmt: skip
    page = visitor.get(f"{TAB}/zu_new").text
    assert "It applies from 1 Feb 2026." in page
    assert "Admin of Acme" in page


def test_a_mapping_from_an_earlier_day_applies_until_now(acme: Site) -> None:
    """`zu_manual` was mapped in January; a change from before that applies after that as well."""
    visitor = acme.visitor("executive")
    fields = {"to": "nobody", "since": "day", "day": "2025-06-01"}
    visitor.post(f"{TAB}/zu_manual/change", fields)
    assert rows(visitor.get(f"{TAB}?q=zu_manual").text)["zu_manual"][:2] == ["Nobody", "Nobody"]
    assert acme.rows(
        "select user_id, effective_from::date::text from integration.mapping_changes "
        "where zoom_user_id = 'zu_manual' order by change_id"
    ) == [(user_id_of("manager"), "2026-01-01"), (None, "2025-05-31"), (None, "2026-01-01")]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2024-12-31", "Zoom was connected on 1 January 2025"),
        ("2999-01-01", "This date is in the future"),
        ("yesterday", "Enter a date in the format"),
    ],
)
def test_an_invalid_day_is_refused_in_the_preview_and_when_saving(
    day: str, sentence: str, acme: Site
) -> None:
    visitor = acme.visitor("executive")
    shown = visitor.get(f"{TAB}/zu_new/change?to=nobody&since=day&day={day}")
    sent = visitor.post(f"{TAB}/zu_new/change", {"to": "nobody", "since": "day", "day": day})
    answers = [
        (shown.status_code, sentence in shown.text),
        (sent.status_code, sentence in sent.text),
    ]
    assert answers == [(200, True), (400, True)]
    assert "Map from" not in shown.text
    assert acme.rows(
        "select count(*) from integration.mapping_changes where zoom_user_id = 'zu_new'"
    ) == [(0,)]


def test_a_change_on_the_day_of_the_connection_applies_from_the_connection(acme: Site) -> None:
    fields = {"to": "nobody", "since": "day", "day": "2025-01-01"}
    acme.visitor("executive").post(f"{TAB}/zu_new/change", fields)
    assert acme.rows(
        "select effective_from::text from integration.mapping_changes where zoom_user_id = 'zu_new'"
    ) == [("2025-01-01 00:00:00+00",)]


def test_users_and_zoom_users_of_another_organization_are_not_found(acme: Site) -> None:
    visitor = acme.visitor("executive")
    theirs = user_id_of("member", "globex")
    answers = [
        visitor.get(f"{TAB}/zu_globex"),
        visitor.get(f"{TAB}/zu_globex/change?to=nobody"),
        visitor.post(f"{TAB}/zu_globex/change", {"to": "nobody"}),
        visitor.get(f"{TAB}/zu_new/change?to={theirs}"),
        visitor.post(f"{TAB}/zu_new/change", {"to": theirs}),
        visitor.get(f"{TAB}/zu_new/change"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    changes = "select count(*) from integration.mapping_changes where changed_by <> session_user"
    assert acme.rows(changes) == [(0,)]


def test_a_technical_admin_maps_too(acme: Site) -> None:
    visitor = acme.visitor("technical_admin")
    assert "Find a WorkSights user" in visitor.get(f"{TAB}/zu_new").text
    assert saved(visitor, to="nobody") == 303
    assert rows(visitor.get(TAB).text)["zu_new"][:2] == ["Nobody", "Nobody"]
