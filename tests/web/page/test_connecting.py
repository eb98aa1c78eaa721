"""Connecting a Zoom account through OAuth, with the Zoom simulator at the other end."""

from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from simulator.failures import Failure
from simulator.world import NextAuthorization
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, Visitor, user_id_of

CONNECT = "/services/zoom/connect"


def connect(visitor: Visitor) -> tuple[int, str, str]:
    """(status, path, text) of the page at the end of all redirects."""
    answer = visitor.follow(CONNECT)
    return answer.status_code, urlsplit(answer.url).path, answer.text


def connections(site: Site) -> list[tuple]:
    return site.rows(
        """
        select organization_id, zoom_account_id, owner_user_id, status
        from integration.connections order by connected_at
        """
    )


@pytest.mark.parametrize("role", ["executive", "admin"])
def test_connecting_ends_on_the_overview_with_the_account_connected(role: str, site: Site) -> None:
    status, path, text = connect(site.visitor(role))
    assert (status, path) == (200, "/services/zoom/overview")
    assert f"Zoom account {ACCOUNTS[0]} is connected to Acme." in text
    assert "Importing users" in text
    assert connections(site) == [("acme", ACCOUNTS[0], user_id_of(role), "active")]


def test_the_account_is_due_for_an_import_at_once(site: Site) -> None:
    connect(site.visitor("executive"))
    assert site.rows(
        "select users_imported_at, next_import_at <= now() from integration.connections"
    ) == [(None, True)]


def test_the_pages_refresh_often_while_users_are_imported_but_not_forever(site: Site) -> None:
    visitor = site.visitor("executive")
    connect(visitor)
    paths = ("/services/zoom/overview", "/services/zoom/connections")
    seen = []
    for hours in (0, 1):
        site.rows(
            "update integration.connections set granted_at = now() - %s * interval '1 hour'", hours
        )
        pages = [visitor.get(path).text for path in paths]
        seen.append(['data-live="5"' in page for page in pages])
        assert all("Importing users" in page for page in pages)
    assert seen == [[True, True], [False, False]]


def test_the_tokens_are_encrypted(site: Site) -> None:
    connect(site.visitor("executive"))
    ((grant_type, access, refresh),) = site.rows(
        "select grant_type, access_token, refresh_token from integration.tokens"
    )
    cipher = Fernet(site.settings.encryption_keys[0])
    grants = site.world.grants
    assert grant_type == "authorization_code"
    assert grants.account_of_access(cipher.decrypt(access).decode()) == ACCOUNTS[0]
    assert grants.account_of_refresh(cipher.decrypt(refresh).decode()) == ACCOUNTS[0]


def test_the_request_to_zoom_has_a_challenge_and_no_scope(site: Site) -> None:
    asked = parse_qs(urlsplit(site.visitor("executive").get(CONNECT).headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [site.base + "/services/zoom/callback"]
    assert (len(asked["state"][0]) > 40, "scope" in asked) == (True, False)


def test_several_accounts_can_be_added(site: Site) -> None:
    visitor = site.visitor("executive")
    assert "Connect Zoom" in visitor.get("/services").text
    connect(visitor)
    assert "Add Additional" in visitor.get("/services").text
    site.world.authorization = NextAuthorization(ACCOUNTS[1])
    connect(visitor)
    assert [row[1] for row in connections(site)] == [ACCOUNTS[0], ACCOUNTS[1]]
    assert "2 Zoom accounts connected" in visitor.get("/services").text


def test_connecting_the_same_account_again_renews_the_grant_and_says_so(site: Site) -> None:
    visitor = site.visitor("executive")
    connect(visitor)
    before = site.rows("select connection_id, granted_at from integration.connections")
    _, _, text = connect(visitor)
    after = site.rows("select connection_id, granted_at from integration.connections")
    assert "was already connected to Acme. Its access has been renewed." in text
    assert (after[0][0], after[0][1] > before[0][1], len(after)) == (before[0][0], True, 1)


def test_connecting_after_a_disconnection_creates_a_new_connection(site: Site) -> None:
    visitor = site.visitor("executive")
    connect(visitor)
    site.rows("update integration.connections set status = 'disconnected', disconnected_at = now()")
    connect(visitor)
    assert [row[3] for row in connections(site)] == ["disconnected", "active"]


@pytest.mark.parametrize("status", ["active", "disconnected"])
def test_an_account_of_another_organization_is_refused(status: str, site: Site) -> None:
    site.connect("globex", ACCOUNTS[0])
    if status == "disconnected":
        site.rows(
            "update integration.connections set status = 'disconnected', disconnected_at = now()"
        )
    answered, path, text = connect(site.visitor("executive"))
    assert (answered, path) == (409, "/services/zoom/callback")
    assert "belongs to another organization" in text
    assert [row[0] for row in connections(site)] == ["globex"]
    assert site.rows("select count(*) from integration.tokens") == [(0,)]


@pytest.mark.parametrize(
    ("consent", "sentence"),
    [
        ({"denies": True}, "declined in Zoom"),
        ({"scope": "user:read:user:admin"}, "are missing: user:read:list_users:admin"),
        ({"user_id": "a member"}, "is not the owner or an admin"),
    ],
    ids=["declined", "partial consent", "not an administrator"],
)
def test_an_insufficient_consent_is_explained_and_connects_nothing(
    consent: dict, sentence: str, site: Site
) -> None:
    if "user_id" in consent:
        people = site.world.accounts[ACCOUNTS[0]].company.active
        consent = {"user_id": next(one.id for one in people if one.zoom_role == "Member")}
    site.world.authorization = NextAuthorization(ACCOUNTS[0], **consent)
    status, _, text = connect(site.visitor("executive"))
    assert (status, sentence in text, 'href="/services"' in text) == (403, True, True)
    assert connections(site) == []


def test_an_admin_of_the_zoom_account_can_connect_it_like_its_owner(site: Site) -> None:
    people = site.world.accounts[ACCOUNTS[0]].company.active
    admin = next(one.id for one in people if one.zoom_role == "Admin")
    site.world.authorization = NextAuthorization(ACCOUNTS[0], user_id=admin)
    assert connect(site.visitor("executive"))[0] == 200


@pytest.mark.parametrize(
    ("failure", "status", "sentence"),
    [
        (Failure("/oauth/token", status=503), 502, "Zoom is having problems"),
        (
            Failure("/oauth/token", status=400, body={"error": "invalid_client"}),
            502,
            "correct them in its settings",
        ),
        (
            Failure("/oauth/token", status=400, body={"error": "invalid_grant"}),
            400,
            "Select Connect Zoom on the Services page to start again",
        ),
        (Failure("/v2/users/me", status=403, body={"code": 403}), 502, "does not have permission"),
        (Failure("/v2/users", status=403, body={"code": 403}), 502, "does not have permission"),
    ],
    ids=["token endpoint down", "app unknown", "code used", "owner lookup", "user list"],
)
def test_when_zoom_fails_nothing_is_connected_and_the_page_says_why(
    failure: Failure, status: int, sentence: str, site: Site
) -> None:
    site.world.failures.plan(failure)
    answered, _, text = connect(site.visitor("executive"))
    assert (answered, sentence in text) == (status, True), text
    assert connections(site) == []


def back_from_zoom(visitor: Visitor) -> str:
    """The address that Zoom sends the browser to, not opened yet."""
    to_zoom = visitor.get(CONNECT).headers["location"]
    return visitor.get(to_zoom).headers["location"]


def test_a_state_works_once(site: Site) -> None:
    visitor = site.visitor("executive")
    address = back_from_zoom(visitor)
    assert [visitor.get(address).status_code, visitor.get(address).status_code] == [303, 400]


def test_a_state_is_valid_in_its_own_session_only(site: Site) -> None:
    """Otherwise an attacker could connect their own Zoom account to a victim's organization."""
    attacker = site.visitor("executive", "globex")
    address = back_from_zoom(attacker)
    victim = site.visitor("executive")
    answer = victim.get(address)
    assert (answer.status_code, "Zoom was not connected" in answer.text) == (400, True)
    assert connections(site) == []


def test_a_state_expires_after_ten_minutes(site: Site) -> None:
    visitor = site.visitor("executive")
    address = back_from_zoom(visitor)
    site.rows("update integration.authorizations set expires_at = now()")
    assert visitor.get(address).status_code == 400


def test_a_visitor_from_the_marketplace_without_a_state_sees_where_to_start(
    site: Site,
) -> None:
    answer = site.visitor("executive").get("/services/zoom/callback?code=from-the-marketplace")
    assert (answer.status_code, "Select Connect Zoom" in answer.text) == (400, True)


def test_another_site_cannot_start_connecting(site: Site) -> None:
    visitor = site.visitor("executive")
    answer = visitor.get(CONNECT, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, site.world.calls) == (403, [])


def test_connecting_and_renewing_are_recorded_with_their_author(site: Site) -> None:
    connect(site.visitor("executive"))
    connect(site.visitor("admin"))
    assert site.rows(
        """
        select audit_trail.organization_id, user_id, kind, zoom_account_id, details
        from integration.audit_trail
        inner join integration.connections on connection_id = subject
        where kind <> 'signed_in' order by entry_id
        """
    ) == [
        ("acme", user_id_of(role), kind, ACCOUNTS[0], {})
        for role, kind in (("executive", "connection_made"), ("admin", "connection_renewed"))
    ]
    page = site.visitor("executive").get("/services/zoom/overview").text
    assert "renewed access to Zoom account" in page
