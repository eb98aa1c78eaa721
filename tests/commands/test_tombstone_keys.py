"""The values of TOMBSTONE_KEY, and how `rotate-key tombstone` changes the setting."""

from dataclasses import replace

import pytest
from dotenv import dotenv_values

from integration.privacy.digests import Digests
from integration.settings import KEYS_FILE
from tests.commands.program import Program, rows
from tests.commands.rotations import (
    NAME,
    PERSON,
    ROTATE,
    batch,
    erase,
    first_step,
    in_organization,
    meet_again,
    second_step,
    take,
    with_keys,
)
from tests.pipeline.installation import TOMBSTONE_KEY, Installation


def test_a_key_of_the_home_is_changed_in_its_file_and_the_older_one_is_kept(
    erased: Program,
) -> None:
    from_home = replace(
        erased, settings={k: v for k, v in erased.settings.items() if k != "TOMBSTONE_KEY"}
    )
    file = from_home.home / KEYS_FILE
    file.write_text(f"TOMBSTONE_KEY={TOMBSTONE_KEY}\nSESSION_KEY=kept\n")
    answer = take(from_home)
    assert f"{file} has been changed. Back it up." in answer.out
    values = dotenv_values(file)
    new, old = values["TOMBSTONE_KEY"].split(",")
    assert (old, values["SESSION_KEY"], new in answer.out) == (TOMBSTONE_KEY, "kept", False)
    second_step(from_home)
    assert dotenv_values(file) == values
    batch(from_home)


def test_a_key_that_nothing_was_made_with_is_replaced_without_changing_anything(
    morning_program: Program, morning: Installation
) -> None:
    morning.execute("delete from integration.keys where purpose = 'tombstone'")
    both = first_step(morning_program)
    answer = take(both)
    assert answer.out.startswith("Nothing was changed, because the database has no digests yet.")
    erase(both, PERSON)
    meet_again(morning, 5)
    batch(both)
    assert in_organization(morning.url, PERSON, NAME) == 0
    refused = morning_program("batch")
    assert "It lacks the newest key of the 2" in refused.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tombstone", "--lost"), "cannot be given up: without it, people who were erased would"),
        (("session", "--again"), "--again is only for the key of the tombstones."),
    ],
)
def test_options_that_do_not_apply_are_refused(
    arguments: tuple[str, ...], said: str, acme_and_other: Program
) -> None:
    refused = acme_and_other("rotate-key", *arguments)
    assert refused.is_a_plain_refusal
    assert said in " ".join(refused.err.split())


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("short", "TOMBSTONE_KEY must have at least 32 characters."),
        (f"short,{TOMBSTONE_KEY}", "TOMBSTONE_KEY must have at least 32 characters."),
        (f"{TOMBSTONE_KEY},{TOMBSTONE_KEY}", "TOMBSTONE_KEY has the same key twice."),
    ],
    ids=["short", "one short", "twice"],
)
def test_keys_that_cannot_be_used_are_named(keys: str, said: str, acme_and_other: Program) -> None:
    refused = acme_and_other(*ROTATE, TOMBSTONE_KEY=keys)
    assert refused.is_a_plain_refusal
    assert said in refused.err


@pytest.mark.parametrize("arguments", [("batch",), ("serve", "--only", "page")], ids=lambda a: a[0])
def test_processes_do_not_start_with_keys_that_cannot_be_used(
    arguments: tuple[str, ...], acme_and_other: Program
) -> None:
    refused = acme_and_other(*arguments, TOMBSTONE_KEY="short")
    assert refused.is_a_plain_refusal
    assert "TOMBSTONE_KEY must have at least 32 characters." in refused.err


def test_a_key_with_a_comma_from_before_there_could_be_several_is_written_with_a_backslash(
    acme_and_other: Program,
) -> None:
    erasure = ("erase", "--email", PERSON, "--organization", "acme")
    escaped = f"{TOMBSTONE_KEY}\\,{TOMBSTONE_KEY}"
    assert acme_and_other(*erasure, TOMBSTONE_KEY=escaped).code == 0
    key = Digests((f"{TOMBSTONE_KEY},{TOMBSTONE_KEY}",), "acme").of("person_key", PERSON)
    url = acme_and_other.settings["DATABASE_URL"]
    assert (key,) in rows(url, "select digest from integration.tombstones")
    both = first_step(with_keys(acme_and_other, escaped))
    second_step(both)
    batch = both("import-users", str(an_empty_file(both)), "--organization", "acme")
    assert batch.code == 0, batch.text


def an_empty_file(program: Program) -> str:
    file = program.home / "users.csv"
    file.write_text("email,full_name,role,time_zone\n")
    return str(file)
