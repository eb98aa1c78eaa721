"""`rotate-key tombstone`: erased people stay erased under every key, whoever knows an old key alone
recognizes no one, and a process with keys other than the database's compares nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from integration.privacy.erasures_file import FILE
from tests.commands.program import Program, rows
from tests.commands.rotations import (
    NAME,
    NUMBER,
    OTHER,
    OTHER_NAME,
    PERSON,
    RECORDED,
    ROTATE,
    WAITING,
    assert_derived_as_a_rebuild_would,
    batch,
    digests_of_person,
    erase,
    first_step,
    in_organization,
    meet_again,
    second_step,
    take,
    tombstones,
)
from tests.commands.tables import tables_with
from tests.databases import keep_as_template, new_database
from tests.faults.story import GOOD, state
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.processes.processes import free_port, serving


def marts(installation: Installation) -> Counter[str]:
    """Every row, without the ids that are made from digests."""
    return Counter(
        str(sorted((name, str(value)) for name, value in row.items() if name != "participant_id"))
        for row in state(installation).values()
    )


def test_erased_people_stay_erased_and_an_old_key_alone_recognizes_nobody(
    erased: Program, morning: Installation
) -> None:
    before = marts(morning)
    assert tables_with(morning.url, *digests_of_person(morning, TOMBSTONE_KEY)) != []
    both = first_step(erased)
    assert marts(morning) == before
    batch(erased)  # the database still uses the old key
    said = second_step(both)
    assert re.search(r"Changed: \d+ tombstones, \d+ events\.", said)
    assert "restart the page and Dagster" in said
    assert tables_with(morning.url, *digests_of_person(morning, TOMBSTONE_KEY)) == []
    newest, _ = both.settings["TOMBSTONE_KEY"].split(",")
    assert tables_with(morning.url, *digests_of_person(morning, newest)) == []
    assert marts(morning) == before
    assert_derived_as_a_rebuild_would(both)

    again = take(both)
    assert again.out.startswith("The database uses all keys of TOMBSTONE_KEY. Nothing was changed.")
    three = first_step(both, "--again")
    second_step(three)
    meet_again(morning, 5)
    batch(three)
    assert tables_with(morning.url, PERSON, NAME) == []
    assert OTHER_NAME in str(morning.execute("select fields from zoom_raw.events"))
    assert_derived_as_a_rebuild_would(three)


def test_a_process_with_other_keys_than_the_database_compares_nothing(
    erased: Program, morning: Installation
) -> None:
    """Deliveries wait, and everything works again after the restart."""
    users = erased.home / "users.csv"
    users.write_text(f"email,full_name,role,time_zone\n{PERSON},Dana,member,UTC\n")
    commands = [
        ("batch",),
        ("migrate",),
        ("serve", "--only", "page"),
        ("import-users", str(users), "--organization", GOOD),
        ("erase", "--email", OTHER, "--organization", GOOD),
        ("export", "--phone", NUMBER, "--organization", GOOD),
        ("up", "--port", str(free_port())),
    ]
    both = first_step(erased)
    meet_again(morning, 5)
    waiting = morning.value(WAITING)
    assert waiting > 0
    pending = "TOMBSTONE_KEY has a newer key that this database does not use yet."
    for arguments in commands:
        refused = both(*arguments)
        assert refused.is_a_plain_refusal, (arguments, refused.text[-800:])
        assert pending in refused.err, arguments
        assert "run: worksights-zoom rotate-key tombstone" in refused.err
    second_step(both)
    lacks = "TOMBSTONE_KEY differs from the key used for earlier erasures"
    for arguments in (*commands, ROTATE):
        refused = erased(*arguments)
        assert refused.is_a_plain_refusal, (arguments, refused.text[-800:])
        assert lacks in refused.err, arguments
        assert "It lacks the newest key of the 2 that the database was made with." in refused.err
    assert morning.value(WAITING) == waiting
    with serving(both, only="page"):
        pass
    skipped = both("import-users", str(users), "--organization", GOOD)
    assert "1 skipped because they were erased." in skipped.out, skipped.text
    batch(both)
    assert morning.value(WAITING) == 0
    assert tables_with(morning.url, PERSON, NAME) == []


@contextmanager
def restored(program: Program, server_url: str, backup: str) -> Iterator[Program]:
    with new_database(server_url, template=backup) as url:
        yield replace(program, settings={**program.settings, "DATABASE_URL": url})


def test_a_backup_from_before_the_rotation_gets_the_newer_key_and_later_erasures(
    morning_program: Program, morning: Installation, server_url: str
) -> None:
    """One from before the first erasure does, too. Settings from before the rotation are refused
    for a backup from after it.
    """
    keep_as_template(morning.url, "backup_before_any_erasure")
    erase(morning_program, PERSON)
    keep_as_template(morning.url, "backup_before_the_rotation")
    both = first_step(morning_program)
    second_step(both)
    erase(both, OTHER)
    keep_as_template(morning.url, "backup_after_the_rotation")
    kept = (morning_program.home / FILE).read_text()
    assert kept.count("\n") == 2

    with restored(both, server_url, "backup_before_the_rotation") as old:
        url = old.settings["DATABASE_URL"]
        for arguments in (("serve", "--only", "page"), ("batch",), ("migrate",)):
            refused = old(*arguments)
            assert refused.is_a_plain_refusal, refused.text[-800:]
            assert "run: worksights-zoom rotate-key tombstone" in refused.err
        second_step(old)
        refused = old("batch")
        assert f"1 erasure in {old.home / FILE} is not in this database" in refused.err
        migrated = old("migrate")
        assert (migrated.code, migrated.err) == (0, ""), migrated.text[-1500:]
        assert "Erased again: 1 person." in migrated.out
        assert in_organization(url, PERSON, NAME, OTHER, OTHER_NAME) == 0
        assert rows(url, RECORDED) == rows(morning.url, RECORDED)
    with restored(both, server_url, "backup_before_any_erasure") as old:
        url = old.settings["DATABASE_URL"]
        assert in_organization(url, PERSON) > 0
        migrated = old("migrate")
        assert "Erased again: 2 people." in migrated.out, migrated.text[-1500:]
        assert in_organization(url, PERSON, NAME, OTHER, OTHER_NAME) == 0
        assert tombstones(url) == tombstones(morning.url)
    for backup in ("backup_after_the_rotation", "backup_before_the_rotation"):
        with restored(morning_program, server_url, backup) as old:
            refused = old("migrate")
            assert refused.is_a_plain_refusal
            assert "Restore the newest value of the setting." in refused.err
    assert (morning_program.home / FILE).read_text() == kept
