"""A database meets only the keys that its data was made with: `up` makes none for a database that
is in use, and other keys are noticed when a process starts.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from integration.commands.keys import kept_below, store
from integration.privacy.erasures_file import FILE
from integration.privacy.kept_erasure import KeptErasure
from integration.settings import KEYS_FILE, Settings
from tests.commands.copies import Kept, copy_of, keep
from tests.commands.program import APP_SETTINGS, Program, execute, program_with, rows
from tests.commands.tokens import store_tokens
from tests.commands.two_organizations import ACME_AND_OTHER
from tests.databases import new_database
from tests.processes.processes import free_port, serving

TOMBSTONE_KEY = "tombstone-key-of-the-tests-0123456789"


@pytest.fixture(scope="module")
def used_once(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A database with tokens, an open page and a tombstone."""
    with (
        new_database(server_url) as url,
        program_with(**APP_SETTINGS, DATABASE_URL=url) as program,
    ):
        execute(url, ACME_AND_OTHER)
        store_tokens(program)
        with serving(program):
            pass
        erased = program(
            *("erase", "--email", "vera@gmail.com", "--organization", "acme"),
            TOMBSTONE_KEY=TOMBSTONE_KEY,
        )
        assert erased.code == 0, erased.text
        return keep(program, "template_used_with_keys", tmp_path_factory.mktemp("kept"))


@pytest.fixture
def used(used_once: Kept, server_url: str) -> Iterator[Program]:
    with copy_of(used_once, server_url) as program:
        yield program


@pytest.mark.parametrize("missing", ["ENCRYPTION_KEY", "SESSION_KEY", "TOMBSTONE_KEY"])
def test_up_creates_no_key_for_a_database_that_was_used_with_another_one(
    missing: str, used: Program
) -> None:
    """It used to create all three on a restored database, and no stored token could be read."""
    keys = {"TOMBSTONE_KEY": TOMBSTONE_KEY, missing: None}
    answer = used("up", "--port", str(free_port()), **keys)
    assert answer.is_a_plain_refusal
    assert f"{missing} is not set, but this database has data that needs it. Copy " in answer.err
    assert KEYS_FILE in answer.err
    assert not (used.home / KEYS_FILE).exists()


def test_up_creates_no_key_that_would_not_recognize_the_people_in_the_file_of_erasures(
    used: Program,
) -> None:
    """As on a new database, with the file of the one before it."""
    url, file = used.settings["DATABASE_URL"], used.home / FILE
    execute(url, "delete from integration.tombstones; delete from integration.keys")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    file.write_text(KeptErasure("person", "acme", 64 * "a", at, (("name", 64 * "b"),)).line())
    answer = used("up", "--port", str(free_port()))
    assert answer.is_a_plain_refusal, answer.text[-800:]
    assert f"TOMBSTONE_KEY is not set, but {file} has erasures of people that need" in answer.err
    assert not (used.home / KEYS_FILE).exists()


@pytest.mark.parametrize(
    ("setting", "other"),
    [("ENCRYPTION_KEY", Fernet.generate_key().decode()), ("SESSION_KEY", "another-session-key")],
    ids=["ENCRYPTION_KEY", "SESSION_KEY"],  # each worker generates another key
)
@pytest.mark.parametrize(
    "arguments",
    [
        ("up",),
        ("serve", "--only", "page"),
        ("batch",),
        ("sign-in-link", "--user", "ann@acme.example"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_another_key_is_noticed_when_a_process_starts(
    arguments: tuple[str, ...], setting: str, other: str, used: Program
) -> None:
    answer = used(*arguments, **{setting: other, "TOMBSTONE_KEY": TOMBSTONE_KEY})
    assert answer.is_a_plain_refusal
    purpose = setting.removesuffix("_KEY").lower()
    assert f"{setting} lacks the key that " in answer.err
    assert f"rotate-key {purpose} --lost" in answer.err


def test_a_key_that_cannot_read_tokens_from_before_keys_were_recorded_is_noticed(
    acme_and_other: Program,
) -> None:
    store_tokens(acme_and_other, key=Fernet.generate_key().decode())
    refused = acme_and_other("serve", "--only", "page")
    assert "ENCRYPTION_KEY lacks the key that encrypted the stored tokens" in refused.err
    assert rows(acme_and_other.settings["DATABASE_URL"], "select * from integration.keys") == []


def test_the_keys_are_recorded_without_the_keys(used: Program) -> None:
    url = used.settings["DATABASE_URL"]
    recorded = rows(url, "select purpose, process, key_id from integration.keys order by 1, 2")
    assert [(purpose, process) for purpose, process, _ in recorded] == [
        ("encryption", "page"),
        ("session", "page"),
        ("tombstone", "pipeline"),
    ]
    keys = [used.settings["ENCRYPTION_KEY"], used.settings["SESSION_KEY"], TOMBSTONE_KEY]
    assert not any(text in key for *_, text in recorded for key in keys)


def test_the_first_start_with_the_right_keys_goes_on_after_a_restore(used: Program) -> None:
    """Also with a second key, as during a rotation."""
    second = f"{Fernet.generate_key().decode()},{used.settings['ENCRYPTION_KEY']}"
    with serving(replace(used, settings={**used.settings, "ENCRYPTION_KEY": second})):
        pass
    execute(used.settings["DATABASE_URL"], "delete from integration.keys")
    with serving(used):
        pass


def test_a_file_of_keys_is_replaced_as_a_whole_and_readable_only_by_its_owner(
    tmp_path: Path,
) -> None:
    settings = Settings(tmp_path / "home", {})
    store(settings, {"SESSION_KEY": "one"})
    store(settings, {"SESSION_KEY": "two"})
    file = tmp_path / "home" / KEYS_FILE
    assert kept_below(settings) == {"SESSION_KEY": "two"}
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert [each.name for each in file.parent.iterdir()] == [KEYS_FILE]
