"""A backup from before an erasure is restored: nobody is back before anything starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from integration.privacy.erasures_file import FILE
from tests.commands.program import APP_SETTINGS, Program, execute, program_with, rows
from tests.commands.tables import tables_with
from tests.databases import keep_as_template, new_database
from tests.faults.story import BAD, GOOD
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.processes.processes import serving

PERSON, NAME = "dana@client-one.com", "Dana Client"
COLLEAGUE = f"ben@{GOOD}.example"
ACCOUNT = f"account-{BAD}"


@pytest.fixture
def program(morning: Installation) -> Iterator[Program]:
    settings = {**APP_SETTINGS, "TOMBSTONE_KEY": TOMBSTONE_KEY, "DATABASE_URL": morning.url}
    with program_with(**settings) as found:
        yield found


@contextmanager
def restored(program: Program, server_url: str, backup: str) -> Iterator[Program]:
    with new_database(server_url, template=backup) as url:
        yield replace(program, settings={**program.settings, "DATABASE_URL": url})


def erase(program: Program, *arguments: str) -> None:
    answer = program("erase", *arguments)
    assert answer.code == 0, answer.text[-1500:]


def test_a_restored_backup_brings_back_nobody(
    program: Program, morning: Installation, server_url: str
) -> None:
    """A person, a colleague who was active when the backup was made, and a Zoom account."""
    keep_as_template(morning.url, "backup_before_erasures")
    morning.execute(
        "update worksights.users set deactivated_at = now() - interval '1 day' where email = %s",
        [COLLEAGUE],
    )
    erase(program, "--email", PERSON, "--organization", GOOD)
    erase(program, "--email", COLLEAGUE, "--organization", GOOD)
    erase(program, "--zoom-account", ACCOUNT)
    kept = (program.home / FILE).read_text()
    assert kept.count("\n") == 3
    assert not any(text in kept.lower() for text in ("dana", "ben@", "client-one"))

    with restored(program, server_url, "backup_before_erasures") as old:
        url = old.settings["DATABASE_URL"]
        assert tables_with(url, PERSON) != []
        for arguments in (("serve", "--only", "page"), ("batch",)):
            refused = old(*arguments)
            assert refused.is_a_plain_refusal, refused.text[-800:]
            assert f"3 erasures in {old.home / FILE} are not in this database" in refused.err
            assert "To apply them, run: worksights-zoom migrate" in refused.err
        migrated = old("migrate")
        assert (migrated.code, migrated.err) == (0, ""), migrated.text[-1500:]
        assert f"3 erasures in {old.home / FILE} have not been applied" in migrated.out
        assert "Erased again: 2 people." in migrated.out
        assert "NOT ERASED" not in migrated.out
        # The other customer's account is erased, so nobody has the name any more.
        assert tables_with(url, PERSON, NAME, COLLEAGUE) == []
        assert set(tables_with(url, ACCOUNT)) <= {"ingress.deliveries", "integration.erasures"}
        with serving(old, only="page"):
            pass
        batch = old("batch")
        assert batch.code == 0, batch.text[-1500:]
        assert tables_with(url, PERSON, NAME, COLLEAGUE) == []
        assert "not been applied to this database" not in old("migrate").out
    assert (program.home / FILE).read_text() == kept


def test_what_was_found_about_a_person_after_a_backup_is_applied_to_it(
    program: Program, morning: Installation, server_url: str
) -> None:
    """The backup knows the person, and not yet their name, which was found later."""
    erase(program, "--email", PERSON, "--organization", GOOD)
    digests = "select digest, kind from integration.tombstones order by 1"
    known = morning.execute(digests)
    keep_as_template(morning.url, "backup_after_erasure")
    with restored(program, server_url, "backup_after_erasure") as old:
        url = old.settings["DATABASE_URL"]
        assert "name" in {kind for _, kind in known}
        execute(url, "delete from integration.tombstones where kind = 'name'")
        for arguments in (("serve", "--only", "page"), ("batch",)):
            refused = old(*arguments)
            assert refused.is_a_plain_refusal, refused.text[-800:]
            assert f"1 erasure in {old.home / FILE} is not in this database" in refused.err
        migrated = old("migrate")
        assert (migrated.code, migrated.err) == (0, ""), migrated.text[-1500:]
        assert "Erased again: 1 person." in migrated.out
        assert rows(url, digests) == known
        assert "not been applied to this database" not in old("migrate").out
        with serving(old, only="page"):
            pass


def test_a_new_file_gets_what_the_database_knows(program: Program) -> None:
    erase(program, "--email", PERSON, "--organization", GOOD)
    kept = (program.home / FILE).read_text()
    (program.home / FILE).unlink()
    assert program("migrate").code == 0
    assert (program.home / FILE).read_text() == kept
    (program.home / FILE).write_text(kept + "{\n")
    refused = program("migrate")
    assert refused.is_a_plain_refusal
    assert f"Line 2 of {program.home / FILE} is not a valid erasure." in refused.err
    assert rows(program.settings["DATABASE_URL"], "select count(*) from integration.erasures") == [
        (1,)
    ]


def test_a_file_that_cannot_be_written_is_named_with_its_setting(program: Program) -> None:
    """A link into a folder that does not exist: not even root can write there."""
    link = program.home / "link.jsonl"
    link.symlink_to(program.home / "missing" / FILE)
    erasure = ("erase", "--email", PERSON, "--organization", GOOD)
    refused = program(*erasure, ERASURES_FILE=str(link))
    assert refused.is_a_plain_refusal, refused.text[-1500:]
    assert f"Cannot write {link} (No such file or directory). Set ERASURES_FILE to " in refused.err
