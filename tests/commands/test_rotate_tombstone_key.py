"""`rotate-key tombstone`: erased people stay erased under each key, and the old key is not needed
any longer, not even to restore a backup from before the first erasure.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from integration.keys.recorded import key_id
from integration.privacy.erasures_file import FILE
from tests.commands.program import APP_SETTINGS, Program, program_with, rows
from tests.databases import keep_as_template, new_database
from tests.faults.story import FIRST_BATCH, GOOD, events_of, meeting
from tests.pipeline.installation import TOMBSTONE_KEY, Installation

PERSON, NAME = "dana@client-one.com", "dana client"


@pytest.fixture
def program(morning: Installation) -> Iterator[Program]:
    settings = {**APP_SETTINGS, "TOMBSTONE_KEY": TOMBSTONE_KEY, "DATABASE_URL": morning.url}
    with program_with(**settings) as found:
        yield found


def with_key(program: Program, key: str) -> Program:
    return replace(program, settings={**program.settings, "TOMBSTONE_KEY": key})


def step(program: Program) -> tuple[str, Program]:
    """What the command says, and the program as an operator sets it then."""
    answer = program("rotate-key", "tombstone")
    assert (answer.code, answer.err) == (0, ""), answer.text
    found = re.search(r"^TOMBSTONE_KEY=(\S+)$", answer.out, re.MULTILINE)
    assert found
    return answer.out.partition("\n")[0], with_key(program, found[1])


def meet_again(installation: Installation, number: int) -> None:
    installation.deliver(*events_of(meeting(GOOD, number), GOOD), at=FIRST_BATCH)


def landed(installation: Installation) -> int:
    ((found,),) = installation.execute(
        "select count(distinct session_id) from zoom_raw.events where organization_id = %s", [GOOD]
    )
    return found


def meetings_with(url: str) -> int:
    """In how many sessions of the organization somebody has the person's address or name."""
    ((found,),) = rows(
        url,
        "select count(distinct session_id) from zoom_raw.events where organization_id = %s "
        "and (strpos(lower(fields::text), %s) > 0 or strpos(lower(fields::text), %s) > 0)",
        GOOD, PERSON, NAME,
    )  # fmt: skip
    return found


def erase(program: Program, email: str) -> None:
    answer = program("erase", "--email", email, "--organization", GOOD)
    assert answer.code == 0, answer.text[-1500:]


def test_erased_people_stay_erased_while_the_key_is_replaced(
    program: Program, morning: Installation
) -> None:
    erase(program, PERSON)
    digests = rows(morning.url, "select * from integration.tombstones order by digest")
    said, both = step(program)
    assert said == "Step 1 of 2: every process can use the new key."
    old, new = both.settings["TOMBSTONE_KEY"].split(",")
    assert old == TOMBSTONE_KEY
    said, done = step(both)
    assert said == "Step 2 of 2: the older key is retired."
    assert done.settings["TOMBSTONE_KEY"] == new
    assert step(both)[0] == "Step 2 of 2: the older key was already retired."
    assert step(both)[1].settings["TOMBSTONE_KEY"] == new

    # Who has only the old key lands nothing, and loses nothing.
    refused = program("batch")
    assert refused.code != 0
    assert "TOMBSTONE_KEY differs from the key used for earlier erasures" in refused.text
    before = landed(morning)
    for number, current in enumerate((both, done)):
        meet_again(morning, 5 + number)
        batch = current("batch")
        assert batch.code == 0, batch.text[-1500:]
        assert landed(morning) == before + number + 1
        assert meetings_with(morning.url) == 0
    assert rows(morning.url, "select * from integration.tombstones order by digest") >= digests
    assert rows(
        morning.url,
        "select key_id from integration.keys where purpose = 'tombstone' and retired_at is null",
    ) == [(key_id(new),)]


@contextmanager
def restored(program: Program, server_url: str, backup: str) -> Iterator[Program]:
    with new_database(server_url, template=backup) as url:
        yield replace(program, settings={**program.settings, "DATABASE_URL": url})


def test_a_backup_from_before_the_first_erasure_needs_only_the_newest_key(
    program: Program, morning: Installation, server_url: str
) -> None:
    """The file of erasures has the key of the digests, encrypted with each TOMBSTONE_KEY."""
    morning.execute("delete from integration.keys where purpose = 'tombstone'")
    keep_as_template(morning.url, "backup_before_rotation")
    erase(program, PERSON)
    _, both = step(program)
    _, done = step(both)
    with restored(
        with_key(done, "a-key-that-nobody-has-ever-used-before"),
        server_url,
        "backup_before_rotation",
    ) as stranger:
        refused = stranger("migrate")
        assert refused.is_a_plain_refusal
        assert "TOMBSTONE_KEY differs" in refused.err
    with restored(done, server_url, "backup_before_rotation") as old:
        url = old.settings["DATABASE_URL"]
        assert meetings_with(url) > 0
        migrated = old("migrate")
        assert (migrated.code, migrated.err) == (0, ""), migrated.text[-1500:]
        assert "Erased again: 1 person." in migrated.out
        assert meetings_with(url) == 0


def test_digests_that_were_made_with_the_key_itself_stay_valid(
    program: Program, morning: Installation
) -> None:
    """As they were made before the key could be replaced."""
    morning.execute("delete from integration.keys where purpose = 'tombstone'")
    morning.execute(
        "insert into integration.keys (purpose, key_id, process) "
        "values ('tombstone', %s, 'pipeline')",
        [key_id(TOMBSTONE_KEY)],
    )
    erase(program, PERSON)
    assert "sealed" not in (program.home / FILE).read_text()
    _, done = step(step(program)[1])
    assert "sealed" in (program.home / FILE).read_text()
    meet_again(morning, 5)
    assert done("batch").code == 0
    assert meetings_with(morning.url) == 0


def test_a_key_that_nothing_needs_yet_is_replaced_as_well(
    program: Program, morning: Installation
) -> None:
    morning.execute("delete from integration.keys where purpose = 'tombstone'")
    _, both = step(program)
    _, done = step(both)
    erase(both, PERSON)
    assert done("batch").code == 0
    assert program("erase", "--email", "eve@client-one.com", "--organization", GOOD).code != 0


def test_a_lost_key_cannot_be_given_up(program: Program) -> None:
    refused = program("rotate-key", "tombstone", "--lost")
    assert refused.is_a_plain_refusal
    assert "erased people would not be recognized" in refused.err
