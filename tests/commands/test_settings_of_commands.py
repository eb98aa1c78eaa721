"""A command without a setting stops at once and names it; and where settings come from."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values

from integration.commands.dagster_processes import CODE_SERVER, DAGSTER_PROCESSES, process_of
from integration.commands.keys import create_missing_keys, store_missing
from integration.commands.processes import with_addresses
from integration.commands.serve import PARTS
from integration.database.address import setting_of
from integration.database.postgres import database_url
from integration.settings import PLACEHOLDER, SettingsError, read_settings
from integration.settings_of_processes import OF_ANY_PROCESS, SETTINGS_OF
from tests.commands.program import APP_SETTINGS, Program

A_KEY, ANOTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
CONNECT = (
    "connect", "--organization", "acme", "--zoom-account", "account", "--owner", "o@acme.example",
    "--server-to-server",
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("serve",), ["ZOOM_WEBHOOK_SECRET_TOKEN"]),
        (("serve",), ["SESSION_KEY", "PUBLIC_URL"]),
        (("serve",), ["ZOOM_CLIENT_ID"]),
        (("serve", "--only", "receiver"), ["ZOOM_WEBHOOK_SECRET_TOKEN"]),
        (("serve", "--only", "page"), ["SESSION_KEY", "PUBLIC_URL"]),
        (("serve", "--only", "page"), ["ENCRYPTION_KEY"]),
        (("sign-in-link", "--user", "o@acme.example"), ["SESSION_KEY", "PUBLIC_URL"]),
        (("batch",), ["ENCRYPTION_KEY"]),
        (("batch",), ["ZOOM_CLIENT_ID"]),
        (("batch",), ["ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"]),
        (("dagster", "code-server"), ["ENCRYPTION_KEY"]),
        (("dagster", "code-server"), ["ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"]),
        (CONNECT, ["ENCRYPTION_KEY"]),
        (CONNECT, ["ZOOM_CLIENT_ID"]),
        (("up",), ["ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN"]),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, tuple) else "+".join(value),
)
def test_a_missing_setting_stops_the_command_and_is_named(
    arguments: tuple[str, ...], missing: list[str], program: Program
) -> None:
    answer = program(*arguments, **dict.fromkeys(missing))
    assert answer.is_a_plain_refusal, answer.err[-500:]
    assert {name for name in APP_SETTINGS if name in answer.err} == set(missing)
    assert ".env" in answer.err


def test_a_placeholder_counts_as_not_set(program: Program) -> None:
    answer = program("serve", ZOOM_WEBHOOK_SECRET_TOKEN=PLACEHOLDER)
    assert answer.is_a_plain_refusal
    assert "ZOOM_WEBHOOK_SECRET_TOKEN" in answer.err


@pytest.mark.parametrize("command", [("batch",), CONNECT], ids=["batch", "connect"])
def test_a_command_stops_at_once_at_an_invalid_key(
    command: tuple[str, ...], program: Program
) -> None:
    """Before it writes anything or calls Zoom: a batch would mark connections as broken."""
    answer = program(*command, ENCRYPTION_KEY="no-fernet-key")
    assert answer.is_a_plain_refusal, answer.err[-500:]
    assert "ENCRYPTION_KEY is not a valid Fernet key" in answer.err
    assert "no-fernet-key" not in answer.text


@pytest.mark.parametrize(
    "keys",
    ["too-short", "not base64 at all!", f"{A_KEY},short", ",", " , "],
    ids=["short", "not base64", "one of two", "a comma", "spaces and a comma"],
)
def test_an_invalid_key_is_explained(keys: str, tmp_path: Path) -> None:
    environ = {"ENCRYPTION_KEY": keys, "WORKSIGHTS_ZOOM_HOME": str(tmp_path)}
    with pytest.raises(SettingsError, match="ENCRYPTION_KEY.*Fernet key") as refused:
        _ = read_settings(environ, dotenv=tmp_path / ".env").encryption_keys
    assert A_KEY not in str(refused.value)


def test_several_keys_are_read_newest_first(tmp_path: Path) -> None:
    environ = {
        "ENCRYPTION_KEY": f" {A_KEY} , {ANOTHER_KEY},",
        "WORKSIGHTS_ZOOM_HOME": str(tmp_path),
    }
    settings = read_settings(environ, dotenv=tmp_path / ".env")
    assert settings.encryption_keys == (A_KEY, ANOTHER_KEY)


def test_up_creates_no_demo_in_a_configured_database(program: Program) -> None:
    answer = program("up", "--demo")
    assert answer.is_a_plain_refusal
    assert "Unset DATABASE_URL" in answer.err


def test_up_creates_no_demo_in_the_home_of_a_real_account(program: Program) -> None:
    answer = program("up", "--demo", DATABASE_URL=None)
    assert answer.is_a_plain_refusal
    assert "Start the demo with empty values: ZOOM_CLIENT_ID= ZOOM_CLIENT_SECRET= " in answer.err


def test_the_environment_overrides_the_file_and_the_file_overrides_the_keys_of_the_home(
    tmp_path: Path,
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("ZOOM_CLIENT_ID=of-the-file\nZOOM_CLIENT_SECRET=of-the-file\n")
    (tmp_path / "keys.env").write_text(
        "ZOOM_CLIENT_ID=of-the-home\nZOOM_CLIENT_SECRET=of-the-home\nENCRYPTION_KEY=of-the-home\n"
    )
    environ = {"ZOOM_CLIENT_ID": "of-the-environment", "WORKSIGHTS_ZOOM_HOME": str(tmp_path)}
    settings = read_settings(environ, dotenv=dotenv)
    names = ("ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ENCRYPTION_KEY", "SESSION_KEY")
    assert [settings.get(name) for name in names] == [
        "of-the-environment",
        "of-the-file",
        "of-the-home",
        "",
    ]


def test_a_process_holds_only_the_settings_that_it_reads(tmp_path: Path) -> None:
    everything = dict.fromkeys(OF_ANY_PROCESS, "a-value")
    settings = read_settings(everything, dotenv=tmp_path / ".env")
    receiver = settings.only_of("receiver")
    assert {name for name in OF_ANY_PROCESS if receiver.get(name)} == {
        "RECEIVER_DATABASE_URL",
        "DATABASE_ROLE_PREFIX",
        "ERASURES_FILE",
        "LOG_FORMAT",
        "METRICS_PORT",
        "ZOOM_WEBHOOK_SECRET_TOKEN",
    }
    for process in SETTINGS_OF:
        assert not settings.only_of(process).get("DATABASE_URL"), "the owner's address"
    both = settings.only_of("receiver", "page")
    assert both.get("PAGE_DATABASE_URL")
    assert both.get("RECEIVER_DATABASE_URL")


def test_a_process_without_an_address_of_its_own_keeps_that_of_all(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "of-all", "PAGE_DATABASE_URL": "of-the-page"}
    settings = read_settings(environ, dotenv=tmp_path / ".env")
    kept = [
        settings.only_of(*processes).get("DATABASE_URL")
        for processes in (("receiver",), ("page",), ("receiver", "page"), ("pipeline",))
    ]
    assert kept == ["of-all", "", "of-all", "of-all"]


def test_processes_of_up_know_the_setting_that_their_address_came_from(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "host=of-all", "PAGE_DATABASE_URL": "host=of-the-page"}
    settings = read_settings(environ, dotenv=tmp_path / ".env")
    urls = {part: database_url(settings, part) for part in PARTS}
    passed = with_addresses(settings, **urls).only_of(*urls)
    found = {part: database_url(passed, part) for part in PARTS}
    assert found == {"receiver": "host=of-all", "page": "host=of-the-page"}
    named = {part: setting_of(url) for part, url in found.items()}
    assert named == {"receiver": "DATABASE_URL", "page": "PAGE_DATABASE_URL"}


@pytest.mark.parametrize("value", ["", "  ", PLACEHOLDER, f" {PLACEHOLDER} "])
def test_an_empty_value_in_the_environment_counts_as_not_set(value: str, tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("ZOOM_CLIENT_ID=of-the-file\n")
    environ = {"ZOOM_CLIENT_ID": value, "WORKSIGHTS_ZOOM_HOME": str(tmp_path)}
    settings = read_settings(environ, dotenv=dotenv)
    with pytest.raises(SettingsError, match=r"^ZOOM_CLIENT_ID is not set\."):
        settings.require("ZOOM_CLIENT_ID")


@pytest.mark.parametrize("value", ["0", "-1", "2.5", "many", "٣"])
def test_an_invalid_number_is_named(value: str, tmp_path: Path) -> None:
    environ = {"QUARANTINE_DAYS": value, "WORKSIGHTS_ZOOM_HOME": str(tmp_path)}
    with pytest.raises(SettingsError, match="QUARANTINE_DAYS must be a positive whole number"):
        _ = read_settings(environ, dotenv=tmp_path / ".env").quarantine_days


def test_a_grace_period_longer_than_zoom_allows_is_refused_before_a_batch(
    program: Program,
) -> None:
    answer = program("batch", ERASE_AFTER_DAYS="11")
    assert answer.is_a_plain_refusal
    assert "ERASE_AFTER_DAYS must be at most 10, not 11" in answer.err


@pytest.mark.parametrize("process", DAGSTER_PROCESSES)
def test_a_process_of_dagster_names_a_database_that_does_not_answer(
    process: str, program: Program
) -> None:
    answer = program("dagster", process, PIPELINE_DATABASE_URL="postgresql://a@127.0.0.1:1/b")
    assert answer.is_a_plain_refusal
    assert "Cannot connect to the database at 127.0.0.1:1" in answer.err
    assert "PIPELINE_DATABASE_URL" in answer.err


def test_only_the_code_server_gets_the_keys(program: Program) -> None:
    """Dagster's daemon and web server ask it for everything but their own storage."""
    settings = read_settings(program.environment())
    url = database_url(settings, "pipeline")
    keys = ("ENCRYPTION_KEY", "SESSION_KEY", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN")
    holders = {
        key: {
            process
            for process in DAGSTER_PROCESSES
            if process_of(process, settings, url, host="127.0.0.1", port=1).env.get(key)
        }
        for key in keys
    }
    assert holders == {**dict.fromkeys(keys, {CODE_SERVER}), "ZOOM_WEBHOOK_SECRET_TOKEN": set()}


def test_missing_keys_are_created_once_and_readable_only_by_the_owner(tmp_path: Path) -> None:
    environ = {"WORKSIGHTS_ZOOM_HOME": str(tmp_path / "home"), "SESSION_KEY": "of-the-environment"}
    made = create_missing_keys(read_settings(environ, dotenv=tmp_path / ".env"), in_use=())
    again = create_missing_keys(read_settings(environ, dotenv=tmp_path / ".env"), in_use=())
    assert made.values == again.values
    assert again.get("SESSION_KEY") == "of-the-environment"
    assert len(again.encryption_keys) == 1
    file = tmp_path / "home" / "keys.env"
    assert dotenv_values(file) == {
        name: made.get(name) for name in ("ENCRYPTION_KEY", "TOMBSTONE_KEY")
    }
    assert [len(key) >= 32 for key in made.tombstone_keys] == [True]
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_an_address_of_an_earlier_run_is_replaced_and_a_configured_one_is_not(
    tmp_path: Path,
) -> None:
    """A second `up` on another port used to print links to the first port."""
    environ = {"WORKSIGHTS_ZOOM_HOME": str(tmp_path)}
    for port in ("8080", "9090"):
        settings = read_settings(environ, dotenv=tmp_path / ".env")
        store_missing(settings, {}, addresses={"PUBLIC_URL": f"http://127.0.0.1:{port}"})
    kept = read_settings(environ, dotenv=tmp_path / ".env").public_url
    settings = read_settings({**environ, "PUBLIC_URL": "https://w.example"}, dotenv=tmp_path / ".e")
    made = store_missing(settings, {}, addresses={"PUBLIC_URL": "http://127.0.0.1:1"})
    assert (kept, made.public_url) == ("http://127.0.0.1:9090", "https://w.example")
