"""The page of one Zoom account: its name, its integration owner, and its history."""

import pytest

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, user_id_of
from tests.web.page.zoom_users import imported, words

TAB = "/services/zoom/connections"
ACME, SECOND, _ = ACCOUNTS
OWNER = user_id_of("owner")


def stored(site: Site) -> list[tuple]:
    return site.rows(
        "select label, owner_user_id from integration.connections where zoom_account_id = %s", ACME
    )


def test_a_name_and_a_new_owner_are_shown_everywhere_and_recorded(site: Site) -> None:
    one = site.connect("acme", ACME)
    site.connect("acme", SECOND)
    imported(site, ACME, zu_new=None)
    admin = site.visitor("admin")
    answer = admin.post(f"{TAB}/{one}", {"label": "  Head \t office ", "owner": OWNER})
    assert (answer.status_code, answer.headers["location"]) == (303, TAB)
    assert stored(site) == [("Head office", OWNER)]
    overview = words(admin.get("/services/zoom/overview").text)
    assert f"Head office {ACME} Owner of Acme" in overview
    assert "Admin of Acme changed the name of Zoom account Head office" in overview
    assert "made Owner of Acme the integration owner of Zoom account Head office" in overview
    for path in (
        TAB,
        f"{TAB}/{one}",
        f"{TAB}/{one}/disconnect",
        "/services/zoom/users",
        "/missing",
    ):
        assert "Head office" in admin.get(path).text, path
    assert site.rows(
        "select user_id, kind, subject, details ->> 'user_id' from integration.audit_trail "
        "where kind in ('account_renamed', 'owner_changed') order by entry_id"
    ) == [
        (user_id_of("admin"), "account_renamed", one, None),
        (user_id_of("admin"), "owner_changed", one, OWNER),
    ]
    admin.post(f"{TAB}/{one}", {"label": "Head office", "owner": OWNER})
    assert site.rows("select count(*) from integration.audit_trail where subject = %s", one) == [
        (2,)
    ]


@pytest.mark.parametrize(
    "chosen", ["member", "manager", "deactivated", "of another organization", "nobody"]
)
def test_only_active_people_who_see_connections_can_be_the_owner(chosen: str, site: Site) -> None:
    one = site.connect("acme", ACME)
    site.rows(
        "update worksights.users set deactivated_at = now() - interval '1 day' where user_id = %s",
        OWNER,
    )
    owner = {
        "deactivated": OWNER,
        "of another organization": user_id_of("owner", "globex"),
        "nobody": "",
    }.get(chosen, user_id_of(chosen))
    answer = site.visitor("admin").post(f"{TAB}/{one}", {"label": "Typed", "owner": owner})
    assert (answer.status_code, "This user cannot be the integration owner" in answer.text) == (
        400,
        True,
    )
    assert 'value="Typed"' in answer.text
    assert stored(site) == [(None, user_id_of("executive"))]


def test_a_name_that_is_too_long_is_kept_in_the_form(site: Site) -> None:
    one = site.connect("acme", ACME)
    answer = site.visitor("admin").post(
        f"{TAB}/{one}", {"label": "x" * 81, "owner": user_id_of("executive")}
    )
    assert (answer.status_code, "x" * 81 in answer.text) == (400, True)
    assert stored(site) == [(None, user_id_of("executive"))]


def test_the_history_of_a_connection_is_its_own(site: Site) -> None:
    one, other = site.connect("acme", ACME), site.connect("acme", SECOND)
    site.rows(
        "insert into integration.audit_trail (organization_id, user_id, kind, subject, details) "
        "values ('acme', 'job', 'access_lost', %s, %s)",
        one, f'{{"zoom_account_id": "{ACME}"}}',
    )  # fmt: skip
    visitor = site.visitor("technical_admin")
    pages = [words(visitor.get(f"{TAB}/{each}").text) for each in (one, other)]
    said = f"WorkSights lost access to Zoom account {ACME}"
    assert [said in page for page in pages] == [True, False]


def test_an_account_that_is_connected_again_keeps_its_name(site: Site) -> None:
    one = site.connect("acme", ACME)
    visitor = site.visitor("executive")
    visitor.post(f"{TAB}/{one}", {"label": "Head office", "owner": user_id_of("executive")})
    visitor.post(f"{TAB}/{one}/disconnect")
    assert visitor.follow("/services/zoom/connect").status_code == 200
    assert stored(site) == [("Head office", user_id_of("executive"))] * 2
