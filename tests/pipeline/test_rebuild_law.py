"""One simulated day, cut into batches in two ways, and derived again: always the same tables."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from simulator.company import build_company
from simulator.day import build_day
from simulator.journal import Event
from simulator.world import World
from tests.pipeline.events import user_event
from tests.pipeline.installation import Installation, new_installation
from tests.pipeline.tables import CLIENTSIGHTS, TABLES, Snapshot, contents, written
from tests.pipeline.tables import take_snapshot as take_snapshot_of

COMPANY = build_company()
DAY = date(2026, 3, 3)
# Late enough for the inferred ends of sessions without an end event.
LAST_BATCH = datetime(2026, 3, 5, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Rebuilt:
    """The tables and the output of one installation, from the day in one batch to the repair."""

    whole: Snapshot
    again: Snapshot
    corrupted: Snapshot
    checked: Snapshot
    repaired: Snapshot
    said: dict[str, list[str]]


@pytest.fixture(scope="module")
def day() -> list[Event]:
    events = build_day(COMPANY, DAY)
    assert len(events) > 100
    return events


@pytest.fixture(scope="module")
def rebuilt(
    server_url: str, home: Path, zoom_url: tuple[World, str], day: list[Event]
) -> Iterator[Rebuilt]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        yield rebuild_again_and_again(installation, day)


def rebuild_again_and_again(installation: Installation, day: list[Event]) -> Rebuilt:
    connect(installation)
    installation.deliver_in_order([(event.body, event.occurred_at) for event in day])
    installation.batch(now=LAST_BATCH)
    whole = take_snapshot(installation.url)
    said = {"again": installation.rebuild()}
    again = take_snapshot(installation.url)
    corrupt(installation)
    corrupted = take_snapshot(installation.url)
    said["checked"] = installation.rebuild(check=True)
    checked = take_snapshot(installation.url)
    said["repaired"] = installation.rebuild()
    return Rebuilt(whole, again, corrupted, checked, take_snapshot(installation.url), said)


def connect(installation: Installation) -> None:
    """Creates the WorkSights users, and delivers what Zoom sent when its users were created."""
    users = {f"user-{n}": colleague.email for n, colleague in enumerate(COMPANY.colleagues)}
    account = COMPANY.account_id
    installation.organization("acme", account=account, users=users)
    installation.deliver_in_order(
        [
            (
                user_event(
                    "created",
                    account,
                    user.created_at,
                    zoom_user_id=user.id,
                    email=user.email,
                    display_name=user.full_name,
                ),
                user.created_at,
            )
            for user in COMPANY.users
            if user.id
        ]
    )


def corrupt(installation: Installation) -> None:
    """Changes one entry, deletes one, and adds one that no event supports."""
    (changed, _), (lost, _), (copied, _) = installation.execute(
        "select activity_id, title from timeline.activities order by activity_id limit 3"
    )
    installation.execute(
        "update timeline.activities set title = 'Nonsense' where activity_id = %s", [changed]
    )
    installation.execute("delete from timeline.activities where activity_id = %s", [lost])
    columns = installation.value(
        """
        select string_agg(attname, ', ') from pg_attribute
        where attrelid = 'timeline.activities'::regclass and attnum > 0
            and attname not in ('activity_id', 'user_id')
        """
    )
    installation.execute(
        f"""
        insert into timeline.activities (activity_id, user_id, {columns})
        select 'made-up', 'made-up', {columns} from timeline.activities where activity_id = %s
        """,  # noqa: S608 - the table's own columns
        [copied],
    )


def take_snapshot(url: str) -> Snapshot:
    return take_snapshot_of(url, TABLES | CLIENTSIGHTS)


def test_a_day_gives_sessions_activities_and_outcomes_of_many_kinds(rebuilt: Rebuilt) -> None:
    """The other tests depend on this."""
    outcomes = {
        row.columns["outcome"] for key, row in rebuilt.whole.items() if "outcomes" in key[0]
    }
    assert {"activity", "not_mapped", "no_identity"} <= outcomes
    rows = Counter(key[0] for key in rebuilt.whole)
    assert rows["timeline.activities"] > 20
    assert min(rows[table] for table in CLIENTSIGHTS) > 2


def test_the_day_shuffled_and_repeated_in_three_batches_gives_the_same_tables(
    installation: Installation, rebuilt: Rebuilt, day: list[Event]
) -> None:
    rng = random.Random(7)  # noqa: S311 - a repeatable shuffle
    deliveries = [*day, *rng.sample(day, len(day) // 4)]
    rng.shuffle(deliveries)
    connect(installation)
    for number in range(3):
        installation.deliver_in_order(
            [(event.body, event.occurred_at) for event in deliveries[number::3]]
        )
        installation.batch(now=LAST_BATCH - timedelta(hours=20) * (2 - number))

    assert contents(take_snapshot(installation.url)) == contents(rebuilt.whole)


def test_a_rebuild_of_correct_tables_changes_nothing_and_says_so(rebuilt: Rebuilt) -> None:
    assert rebuilt.said["again"][-1] == "No rows changed."
    assert written(rebuilt.whole, rebuilt.again) == set()


def test_a_check_reports_what_differs_and_changes_nothing(rebuilt: Rebuilt) -> None:
    (line,) = (line for line in rebuilt.said["checked"] if " only in the live table, " in line)
    assert line.startswith(
        "timeline.activities: 2 rows only in the live table, 2 only in the rebuilt one "
        "(for example acme "
    )
    assert rebuilt.said["checked"][-1] == "Nothing was changed."
    assert written(rebuilt.corrupted, rebuilt.checked) == set()


def test_a_rebuild_repairs_what_differs_and_leaves_the_other_rows_as_they_are(
    rebuilt: Rebuilt,
) -> None:
    assert rebuilt.said["repaired"][-1] == "4 rows changed."
    assert contents(rebuilt.repaired) == contents(rebuilt.whole)
    assert written(rebuilt.corrupted, rebuilt.repaired) == written(rebuilt.whole, rebuilt.corrupted)
