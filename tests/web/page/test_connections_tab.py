"""The list of Zoom accounts, and what can be done with each."""

import pytest

from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of

TAB = "/services/zoom/connections"


def connected(site: Site, visitor: Visitor) -> str:
    """The id of an account that was connected through OAuth."""
    assert visitor.follow("/services/zoom/connect").status_code == 200
    return site.rows("select connection_id from integration.connections")[0][0]


def test_each_account_shows_its_owner_its_state_and_the_next_step(site: Site) -> None:
    site.connect("acme", ACCOUNTS[0])
    site.connect("acme", ACCOUNTS[1])
    site.rows(
        "update integration.connections set status = 'needs_attention', status_detail = %s "
        "where zoom_account_id = %s",
        "The grant lacks Zoom scopes: a:b. Add them, then reconnect.", ACCOUNTS[1],
    )  # fmt: skip
    page = site.visitor("executive").get(TAB).text
    wanted = (
        *ACCOUNTS[:2], "Executive of Acme", "Connected", "Needs attention",
        "Add them, then reconnect. Meanwhile: New Zoom users",
    )  # fmt: skip
    assert [text for text in wanted if text not in page] == []


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("admin", ["Reconnect<", "/import", "Disconnect…"]),
        ("technical_admin", ["Reconnect<", "/import"]),
        ("owner", ["/import"]),
    ],
)
def test_each_role_has_the_buttons_of_its_rights(
    role: str, expected: list[str], shared_site: Site
) -> None:
    if not shared_site.rows("select 1 from integration.connections"):
        shared_site.connect("acme", ACCOUNTS[0])
    page = shared_site.visitor(role).get(TAB).text
    assert ACCOUNTS[0] in page
    assert [text for text in ("Reconnect<", "/import", "Disconnect…") if text in page] == expected


def test_an_import_can_be_requested(site: Site) -> None:
    connection_id = site.connect("acme", ACCOUNTS[0])
    visitor = site.visitor("admin")
    assert visitor.post(f"{TAB}/{connection_id}/import").headers["location"] == TAB
    assert site.rows("select next_import_at <= now() from integration.connections") == [(True,)]
    pages = [visitor.get(TAB).text, visitor.get(TAB).text]
    message = "User import requested. It usually starts within a minute."
    assert [message in page for page in pages] == [True, False]  # once
    assert site.rows(
        "select user_id, kind, subject from integration.audit_trail where kind <> 'signed_in'"
    ) == [(user_id_of("admin"), "import_asked_for", connection_id)]


def test_disconnecting_asks_first_and_then_ends_all_access(site: Site) -> None:
    visitor = site.visitor("executive")
    connection_id = connected(site, visitor)
    question = visitor.get(f"{TAB}/{connection_id}/disconnect")
    assert "No more meetings, webinars, calls or users will be received" in question.text
    assert site.rows("select status from integration.connections") == [("active",)]

    answer = visitor.post(f"{TAB}/{connection_id}/disconnect")
    assert (answer.status_code, answer.headers["location"]) == (303, TAB)
    assert site.rows(
        "select status, disconnected_at <= now(), (select count(*) from integration.tokens) "
        "from integration.connections"
    ) == [("disconnected", True, 0)]
    revoked = [call["path"] for call in site.world.calls if call["path"] == "/oauth/revoke"]
    assert revoked == ["/oauth/revoke"]
    assert f"Zoom account {ACCOUNTS[0]} is disconnected" in visitor.get(TAB).text
    assert site.rows("select kind from integration.audit_trail order by entry_id desc limit 1") == [
        ("connection_disconnected",)
    ]


def test_a_connection_ends_even_if_zoom_cannot_be_notified(site: Site) -> None:
    """Zoom no longer knows the grant and answers that the token is invalid."""
    visitor = site.visitor("executive")
    connection_id = connected(site, visitor)
    site.world.grants.end_refresh(ACCOUNTS[0])
    visitor.post(f"{TAB}/{connection_id}/disconnect")
    assert site.rows("select status from integration.connections") == [("disconnected",)]
    assert "Remove the app in the Zoom Marketplace" in visitor.get(TAB).text


def test_a_disconnected_account_can_be_neither_disconnected_nor_imported_again(site: Site) -> None:
    connection_id = site.connect("acme", ACCOUNTS[0])
    visitor = site.visitor("executive")
    visitor.post(f"{TAB}/{connection_id}/disconnect")
    answers = [
        visitor.get(f"{TAB}/{connection_id}/disconnect"),
        visitor.post(f"{TAB}/{connection_id}/disconnect"),
        visitor.post(f"{TAB}/{connection_id}/import"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_a_removed_app_shows_when_its_data_is_erased_and_reconnecting_keeps_it(
    site: Site,
) -> None:
    site.connect("acme", ACCOUNTS[0])
    site.rows(
        "update integration.connections set status = 'disconnected', disconnected_at = now(), "
        "erase_due_at = '2026-03-09 12:00Z'"
    )
    visitor = site.visitor("executive")
    before = visitor.get(TAB).text
    connected(site, visitor)
    after = visitor.get(TAB).text
    texts = ("Data will be erased on", "9 Mar 2026", "Data received during that time is kept")
    assert [text in before for text in texts] == [True, True, False]
    assert [text in after for text in texts] == [False, False, True]


def test_the_connections_of_another_organization_are_neither_shown_nor_changed(
    site: Site,
) -> None:
    theirs = site.connect("globex", ACCOUNTS[2])
    visitor = site.visitor("executive")
    pages = [visitor.get(path).text for path in ("/services", TAB, "/services/zoom/overview")]
    assert [ACCOUNTS[2] in page for page in pages] == [False, False, False]
    answers = [
        visitor.get(f"{TAB}/{theirs}/disconnect"),
        visitor.post(f"{TAB}/{theirs}/disconnect"),
        visitor.post(f"{TAB}/{theirs}/import"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert site.rows("select status, next_import_at > now() from integration.connections") == [
        ("active", True)
    ]


def test_names_are_text_and_never_markup(site: Site) -> None:
    site.connect("acme", ACCOUNTS[0])
    site.rows(
        "update worksights.users set full_name = %s where user_id = %s",
        "<script>alert(1)</script>", user_id_of("executive"),
    )  # fmt: skip
    page = site.visitor("executive").get(TAB).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
