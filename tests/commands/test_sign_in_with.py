"""`sign-in-with`, and the emergency link where no other signs in."""

import os
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from integration.commands.main import cli
from tests.commands.program import Program, execute, rows
from tests.commands.two_organizations import PEOPLE
from tests.web.page.openid_provider import CLIENT_ID, IdentityProvider, running_provider

SECRET = "the-client-secret"


@pytest.fixture
def staffed(program: Program) -> Program:
    execute(program.settings["DATABASE_URL"], PEOPLE)
    return program


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running_provider() as running:
        yield running


def run(program: Program, *arguments: str, secret: str = SECRET) -> tuple[int, str]:
    """The exit code and all that was printed. In this process, which starts sooner, and whose umask
    a command changes.
    """
    name, *options = arguments if arguments[0] == "sign-in-link" else ("sign-in-with", *arguments)
    runner, umask = CliRunner(env=program.environment()), os.umask(0o077)
    try:
        ended = runner.invoke(cli, [name, *options], input=f"{secret}\n")
    finally:
        os.umask(umask)
    return ended.exit_code, ended.output


def test_it_is_set_and_removed_and_links_stop_and_start_to_work(
    staffed: Program, provider: IdentityProvider
) -> None:
    url = staffed.settings["DATABASE_URL"]
    to = ("--organization", "acme", "--issuer", provider.issuer, "--client-id", CLIENT_ID)
    code, said = run(staffed, *to)
    assert (code, SECRET in said) == (0, False)
    assert "http://127.0.0.1:8080/sign-in/acme/callback" in said
    assert "Everyone in it has been signed out." in said
    ((stored,),) = rows(url, "select client_secret from integration.openid_providers")
    assert SECRET not in stored
    assert "Everyone" not in run(staffed, *to)[1]

    user = ("--user", "anna@acme.example")
    _, said = run(staffed, "sign-in-link", *user)
    assert "acme signs in with OpenID Connect at http://127.0.0.1:8080/sign-in/acme" in said
    for half in (("--break-glass",), ("--reason", "x"), ("--break-glass", "--reason", " ")):
        assert "together" in run(staffed, "sign-in-link", *user, *half)[1]
    emergency = ("--break-glass", "--reason", "The provider is down")
    assert "/sign-in?token=" in run(staffed, "sign-in-link", *user, *emergency)[1]
    assert "has not signed in" in run(
        staffed, "--organization", "acme", "--forget-account", "anna@acme.example"
    )[1]  # fmt: skip

    assert run(staffed, "--organization", "acme", "--off")[0] == 0
    assert "already signs in with links" in run(staffed, "--organization", "acme", "--off")[1]
    assert run(staffed, "sign-in-link", *user)[0] == 0
    assert rows(
        url, "select kind, details ->> 'reason' from integration.audit_trail order by number"
    ) == [
        ("openid_set", None), ("openid_set", None),
        ("break_glass_link_made", "The provider is down"), ("openid_removed", None),
        ("sign_in_link_made", None),
    ]  # fmt: skip


def test_what_cannot_work_is_refused_and_changes_nothing(
    staffed: Program, provider: IdentityProvider
) -> None:
    provider.document = {"issuer": f"{provider.issuer}/"}
    acme, client = ("--organization", "acme"), ("--client-id", CLIENT_ID)
    whole = (*acme, "--issuer", provider.issuer, *client)
    for arguments, sentence in {
        acme: "Use --issuer and --client-id, or --off",
        (*whole, "--off"): "Use --issuer and --client-id, or --off",
        (*acme, "--issuer", "http://idp.example", *client): "must start with https://",
        (
            *acme,
            "--issuer",
            "https://a@idp.example",
            *client,
        ): "must not contain a query, a fragment or a user name",
        (*acme, "--issuer", "http://127.0.0.1:1", *client): "cannot be reached",
        whole: "they must be identical, including a slash at the end",
        ("--organization", "no-such", "--off"): "does not exist",
    }.items():
        code, said = run(staffed, *arguments)
        assert (code != 0, sentence in said, "Traceback" in said) == (True, True, False)
    provider.document = {}
    assert "as one line" in run(staffed, *whole, secret="")[1]
    assert (
        rows(staffed.settings["DATABASE_URL"], "select 1 from integration.openid_providers") == []
    )
