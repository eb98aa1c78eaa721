"""`connect --server-to-server` connects a Zoom account without a browser."""

from datetime import datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet

from simulator.company import DEFAULT_ACCOUNT_ID
from simulator.failures import Failure
from simulator.world import World
from tests.commands.program import Answer, Program, execute, rows


@pytest.fixture
def acme(program: Program) -> Program:
    execute(
        program.settings["DATABASE_URL"],
        "insert into worksights.organizations values ('acme', 'Acme'), ('other', 'Other')",
    )
    execute(
        program.settings["DATABASE_URL"],
        """
        insert into worksights.users (user_id, organization_id, email, full_name, role)
        values
            ('executive', 'acme', 'executive@acme.example', 'E', 'executive'),
            ('admin', 'acme', 'admin@acme.example', 'A', 'admin'),
            ('owner', 'acme', 'owner@acme.example', 'O', 'owner'),
            ('member', 'acme', 'member@acme.example', 'M', 'member'),
            ('manager', 'acme', 'manager@acme.example', 'G', 'manager'),
            ('technical', 'acme', 'technical_admin@acme.example', 'T', 'technical_admin'),
            ('gone', 'acme', 'gone@acme.example', 'X', 'admin'),
            ('other', 'other', 'admin@other.example', 'O', 'admin')
        """,
    )
    return program


def connect(
    program: Program,
    zoom_url: str,
    *,
    owner: str = "admin@acme.example",
    organization: str = "acme",
    account: str = DEFAULT_ACCOUNT_ID,
    label: str | None = None,
) -> Answer:
    return program(
        "connect", "--organization", organization, "--zoom-account", account, "--owner", owner,
        "--server-to-server", *(["--label", label] if label else []),
        ZOOM_OAUTH_URL=zoom_url, ZOOM_API_URL=zoom_url,
    )  # fmt: skip


def connections(program: Program, *columns: str) -> list[tuple[Any, ...]]:
    return rows(
        program.settings["DATABASE_URL"],
        f"select {', '.join(columns)} from integration.connections order by connected_at",  # noqa: S608  (the tests' own columns)
    )


def tokens(program: Program) -> list[tuple[Any, ...]]:
    return rows(program.settings["DATABASE_URL"], "select * from integration.tokens")


@pytest.mark.parametrize("role", ["executive", "admin"])
def test_an_account_is_connected(role: str, acme: Program, zoom_url: str) -> None:
    answer = connect(acme, zoom_url, owner=f"{role.upper()}@acme.example")
    assert answer.code == 0, answer.err
    assert f"Connected Zoom account {DEFAULT_ACCOUNT_ID}" in answer.out
    assert "imports its users. Only sessions that end from now on will appear.\n" in answer.out
    assert connections(
        acme, "organization_id", "zoom_account_id", "owner_user_id", "status", "disconnected_at"
    ) == [("acme", DEFAULT_ACCOUNT_ID, role, "active", None)]
    assert rows(
        acme.settings["DATABASE_URL"],
        """
        select organization_id, grant_type, refresh_token from integration.tokens
        inner join integration.connections using (organization_id, connection_id)
        """,
    ) == [("acme", "account_credentials", None)]


def test_the_token_is_not_readable_in_the_database(
    acme: Program, world: World, zoom_url: str
) -> None:
    connect(acme, zoom_url)
    ((stored,),) = rows(
        acme.settings["DATABASE_URL"], "select access_token from integration.tokens"
    )
    read = Fernet(acme.settings["ENCRYPTION_KEY"]).decrypt(stored).decode()
    assert world.grants.account_of_access(read) == DEFAULT_ACCOUNT_ID
    assert read not in str(tokens(acme))


def test_connecting_again_renews_the_same_connection(acme: Program, zoom_url: str) -> None:
    connect(acme, zoom_url)
    first = connections(acme, "connection_id", "connected_at")
    ((granted_at,),) = connections(acme, "granted_at")
    execute(
        acme.settings["DATABASE_URL"],
        "update integration.connections set status = 'needs_attention', status_detail = 'broken'",
    )
    before = tokens(acme)
    answer = connect(acme, zoom_url)
    assert answer.code == 0
    assert f"Renewed access to Zoom account {DEFAULT_ACCOUNT_ID}" in answer.out
    assert "The next batch imports its users.\n" in answer.out  # and earlier sessions stay
    assert connections(acme, "connection_id", "connected_at") == first
    assert connections(acme, "status", "status_detail") == [("active", None)]
    ((granted_again_at,),) = connections(acme, "granted_at")
    assert granted_again_at > granted_at
    assert (len(tokens(acme)), tokens(acme) == before) == (1, False)


def test_connecting_after_a_disconnection_creates_a_new_connection(
    acme: Program, zoom_url: str
) -> None:
    connect(acme, zoom_url)
    execute(
        acme.settings["DATABASE_URL"],
        "update integration.connections set status = 'disconnected', disconnected_at = now()",
    )
    assert "Connected" in connect(acme, zoom_url).out
    assert connections(acme, "status") == [("disconnected",), ("active",)]


def refused(answer: Answer, program: Program, reason: str) -> None:
    assert answer.is_a_plain_refusal, answer.err[-500:]
    assert reason in answer.err
    assert (connections(program, "*"), tokens(program)) == ([], [])


def test_an_account_that_zoom_does_not_know_is_refused(acme: Program, zoom_url: str) -> None:
    refused(connect(acme, zoom_url, account="UnknownAccount00000000"), acme, "--zoom-account")


def test_a_token_of_another_account_is_refused(acme: Program, world: World, zoom_url: str) -> None:
    """Zoom may issue a token for the app's own account, whatever account was requested."""
    other = {"id": "someone", "account_id": "AnotherAccount00000000", "role_name": "Owner"}
    world.failures.plan(Failure(path="/v2/users/me", status=200, body=other))
    refused(connect(acme, zoom_url), acme, "Check --zoom-account")


def test_missing_scopes_are_named_with_the_next_step(
    acme: Program, world: World, zoom_url: str
) -> None:
    granted = {"access_token": "some-token", "scope": "user:read:user:admin"}
    world.failures.plan(Failure(path="/oauth/token", status=200, body=granted))
    answer = connect(acme, zoom_url)
    refused(answer, acme, "These scopes are missing: user:read:list_users:admin.")
    assert "Add them to the app in the Zoom Marketplace" in answer.err


def test_an_app_of_someone_who_does_not_administer_the_account_is_refused(
    acme: Program, world: World, zoom_url: str
) -> None:
    member = {"id": "m", "account_id": DEFAULT_ACCOUNT_ID, "role_name": "Member"}
    world.failures.plan(Failure(path="/v2/users/me", status=200, body=member))
    refused(connect(acme, zoom_url), acme, "the owner or an admin of the Zoom account")


def test_an_account_whose_users_cannot_be_read_is_refused(
    acme: Program, world: World, zoom_url: str
) -> None:
    world.failures.plan(Failure(path="/v2/users", status=403, body={"code": 403}))
    refused(connect(acme, zoom_url), acme, "does not have permission to read this")


def test_when_zoom_is_down_the_command_says_to_repeat_it(
    acme: Program, world: World, zoom_url: str
) -> None:
    world.failures.plan(Failure(path="/oauth/token", status=500, times=9))
    answer = connect(acme, zoom_url)
    refused(answer, acme, "Zoom is having problems (HTTP 500). Repeat this command")
    assert "automatically" not in answer.err


def test_connecting_and_renewing_are_recorded_with_their_owner(
    acme: Program, zoom_url: str
) -> None:
    for owner in ("executive", "admin"):
        connect(acme, zoom_url, owner=f"{owner}@acme.example")
    assert rows(
        acme.settings["DATABASE_URL"],
        "select organization_id, user_id, kind, details from integration.audit_trail "
        "where kind like 'connection%%' order by entry_id",
    ) == [
        ("acme", owner, kind, {})
        for owner, kind in (("executive", "connection_made"), ("admin", "connection_renewed"))
    ]


def test_wrong_app_credentials_are_reported(acme: Program, zoom_url: str) -> None:
    answer = acme(
        "connect", "--organization", "acme", "--zoom-account", DEFAULT_ACCOUNT_ID, "--owner",
        "admin@acme.example", "--server-to-server", ZOOM_OAUTH_URL=zoom_url, ZOOM_API_URL=zoom_url,
        ZOOM_CLIENT_SECRET="not-the-secret",
    )  # fmt: skip
    refused(answer, acme, "ZOOM_CLIENT_SECRET")
    assert "not-the-secret" not in answer.text


def test_an_unknown_owner_is_refused(acme: Program, zoom_url: str) -> None:
    answer = connect(acme, zoom_url, owner="unknown@acme.example")
    refused(answer, acme, "import-users FILE.csv --organization acme")


def test_an_owner_of_another_organization_is_refused(acme: Program, zoom_url: str) -> None:
    refused(connect(acme, zoom_url, owner="admin@other.example"), acme, "no WorkSights user")


@pytest.mark.parametrize("role", ["member", "manager", "owner"])
def test_an_owner_who_may_not_connect_is_refused(role: str, acme: Program, zoom_url: str) -> None:
    answer = connect(acme, zoom_url, owner=f"{role}@acme.example")
    only = "Only an Executive, Admin or Technical Admin can be the integration owner."
    refused(answer, acme, f"{only} This user's role is {role}.")


def test_an_owner_who_has_left_is_refused(acme: Program, zoom_url: str) -> None:
    execute(
        acme.settings["DATABASE_URL"],
        "update worksights.users set deactivated_at = %(at)s where user_id = 'gone'",
        {"at": datetime.fromisoformat("2025-01-01T00:00Z")},
    )
    refused(connect(acme, zoom_url, owner="gone@acme.example"), acme, "deactivated")


@pytest.mark.parametrize("status", ["active", "disconnected"])
def test_an_account_of_another_organization_is_refused(
    status: str, acme: Program, zoom_url: str
) -> None:
    connect(acme, zoom_url, organization="other", owner="admin@other.example")
    execute(
        acme.settings["DATABASE_URL"],
        """
        update integration.connections
        set
            status = %(status)s,
            disconnected_at = case when %(status)s = 'disconnected' then now() end
        """,
        {"status": status},
    )
    before = connections(acme, "*"), tokens(acme)
    answer = connect(acme, zoom_url)
    assert answer.is_a_plain_refusal
    assert "This Zoom account belongs to another organization." in answer.err
    assert (connections(acme, "*"), tokens(acme)) == before


def test_without_a_browser_only_server_to_server_works(acme: Program) -> None:
    answer = acme(
        "connect", "--organization", "acme", "--zoom-account", "a", "--owner", "admin@acme.example"
    )
    assert answer.is_a_plain_refusal
    assert "--server-to-server" in answer.err


def test_an_account_gets_its_label_and_keeps_it_until_another_is_given(
    acme: Program, zoom_url: str
) -> None:
    for label in ("  Berlin \u00a0 office", "Berlin office", None, "Berlin"):
        answer = connect(acme, zoom_url, label=label)
        assert answer.code == 0, answer.err
    assert connections(acme, "label") == [("Berlin",)]
    assert rows(
        acme.settings["DATABASE_URL"],
        "select kind from integration.audit_trail order by entry_id",
    ) == [
        (kind,)
        for kind in (
            *("connection_made", "connection_renewed", "connection_renewed"),
            *("connection_renewed", "account_renamed"),
        )
    ]


@pytest.mark.parametrize("label", [81 * "x", "a\u202eb"])
def test_an_invalid_label_is_refused_before_anything_is_connected(
    label: str, acme: Program, zoom_url: str
) -> None:
    answer = connect(acme, zoom_url, label=label)
    assert answer.is_a_plain_refusal
    assert "--label: Enter at most 80 characters." in answer.err
    assert connections(acme, "label") == []
