"""`rotate-key tombstone`, killed or started twice, has added the newer key to everything or
nothing.
"""

import signal

import psycopg

from integration.database.postgres import connect
from tests.commands.program import Program, rows
from tests.commands.rotations import (
    NAME,
    PERSON,
    RECORDED,
    ROTATE,
    assert_derived_as_a_rebuild_would,
    batch,
    digests_of_person,
    first_step,
    meet_again,
    second_step,
    take,
    tombstones,
)
from tests.commands.tables import tables_with
from tests.patience import PATIENCE, wait_until
from tests.pipeline.installation import TOMBSTONE_KEY, Installation
from tests.processes.processes import kill_group


def test_a_rotation_that_is_killed_has_changed_nothing(
    erased: Program, morning: Installation
) -> None:
    """Killed after the tombstones and before the last event; then it is repeated."""
    both = first_step(erased)
    before = (tombstones(morning.url), everything_landed(morning), rows(morning.url, RECORDED))
    with connect(morning.url) as other:
        other.execute(
            "select from zoom_raw.events where fields ->> 'participant_uuid' like 'erased-%' "
            "order by event_id limit 1 for update"
        )
        process = both.start(*ROTATE)
        try:
            wait_until(lambda: is_waiting_for_a_row(morning))
        finally:
            kill_group(process)
            process.communicate(timeout=PATIENCE)
    wait_until(lambda: not is_waiting_for_a_row(morning))
    after = (tombstones(morning.url), everything_landed(morning), rows(morning.url, RECORDED))
    assert after == before
    batch(erased)
    second_step(both)
    batch(both)
    assert_derived_as_a_rebuild_would(both)


def everything_landed(installation: Installation) -> list[tuple[str, ...]]:
    return installation.execute("select event_id, fields::text from zoom_raw.events order by 1")


def is_waiting_for_a_row(installation: Installation) -> bool:
    return installation.value(
        "select exists (select from pg_stat_activity where wait_event_type = 'Lock' "
        "and query like '%update zoom_raw.events%' and datname = current_database())"
    )


def test_a_rotation_that_is_killed_while_it_derives_is_completed_by_the_next_batch(
    erased: Program, morning: Installation
) -> None:
    both = first_step(erased)
    with psycopg.connect(morning.url) as other:
        other.execute("lock table intermediate.int_connection_legs")
        process = both.start(*ROTATE)
        try:
            assert process.stdout is not None
            wait_until(lambda: "Updating the affected tables" in process.stdout.readline())
        finally:
            process.send_signal(signal.SIGKILL)
            kill_group(process)
            process.wait(timeout=PATIENCE)
    refused = erased("batch")
    assert refused.is_a_plain_refusal
    assert take(both).out.startswith("The database uses all keys")
    batch(both)
    assert tables_with(morning.url, *digests_of_person(morning, TOMBSTONE_KEY)) == []
    assert_derived_as_a_rebuild_would(both)


def test_two_operators_at_once_add_a_key_once(erased: Program, morning: Installation) -> None:
    both = first_step(erased)
    processes = [both.start(*ROTATE) for _ in range(2)]
    said = [process.communicate(timeout=PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert morning.value("select count(*) from integration.keys where retired_at is null and "
                         "purpose = 'tombstone'") == 1  # fmt: skip
    meet_again(morning, 5)
    batch(both)
    assert tables_with(morning.url, PERSON, NAME) == []
