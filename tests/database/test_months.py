"""Tables that are stored by month: months are created ahead, and no row is refused or lost because
its month is missing.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from integration.database.months import create_months
from integration.database.postgres import connect
from integration.web.receiver.deliveries import (
    INSERT_DELIVERY,
    receiver_pool,
    store_delivery,
    with_connection,
)
from tests.pipeline.events import Person, Session, to_bytes
from tests.pipeline.installation import Installation

ACCOUNT = "MonthsAccount000000000"
ANN = Person("Ann Ash", "zu-ann", "ann@firm.example")
INSERT = """
    insert into ingress.deliveries (received_at, event, body_size, body_sha256, body)
    select %s, 'of a test', 2, number::text, '{}' from generate_series(1, %s) as number
"""
WHERE = """
    select tableoid::regclass::text, count(*) from ingress.deliveries
    where event = 'of a test' group by 1 order by 1
"""
DEFAULT = "ingress.deliveries_default"
EARLIER = "ingress.deliveries_earlier"
MONTHS = """
    select partition::text, starts_at at time zone 'UTC'
    from pipeline.months_of('ingress.deliveries')
    where starts_at > '-infinity' order by starts_at
"""
WAITING = {
    "event": "meeting.ended", "zoom_account_id": None, "disposition": "waiting", "reason": None,
    "body": b"{}", "body_size": 2, "body_sha256": "digest",
}  # fmt: skip


@contextmanager
def login(installation: Installation, role: Any = "pipeline") -> Iterator[psycopg.Connection]:
    with connect(installation.url, role=role, autocommit=True) as connection:
        yield connection


def created(installation: Installation) -> list[str]:
    """What one run of the nightly job creates."""
    with login(installation) as connection:
        return create_months(connection)


def months(installation: Installation) -> dict[str, datetime]:
    """Partition -> its start, without the partition of everything earlier."""
    return dict(installation.execute(MONTHS))


def last_month(installation: Installation) -> tuple[str, datetime]:
    return list(months(installation).items())[-1]


def drop(installation: Installation, *partitions: str) -> None:
    for name in partitions:
        installation.execute(f"drop table {name}")


def test_the_months_up_to_the_third_after_this_one_exist(installation: Installation) -> None:
    for ahead in range(5):
        installation.execute(
            "insert into ingress.deliveries (received_at, event, body_size, body_sha256) "
            "select date_trunc('month', now()) + %s * interval '1 month', 'of a test', 0, %s",
            [ahead, str(ahead)],
        )
    found = installation.execute(
        "select body_sha256, tableoid::regclass::text = %s from ingress.deliveries order by 1",
        [DEFAULT],
    )
    assert found == [("0", False), ("1", False), ("2", False), ("3", False), ("4", True)]


def test_a_second_run_creates_nothing(installation: Installation) -> None:
    before = installation.execute(MONTHS)
    assert (created(installation), installation.execute(MONTHS)) == ([], before)


def test_a_row_of_a_missing_month_is_kept_and_moved_when_the_month_is_created(
    installation: Installation,
) -> None:
    name, start = last_month(installation)
    drop(installation, name)
    installation.execute(INSERT, [start + timedelta(days=3), 5])
    rows = installation.execute("select * from ingress.deliveries order by delivery_id")
    assert installation.execute(WHERE) == [(DEFAULT, 5)]
    assert created(installation) == [name]
    assert installation.execute(WHERE) == [(name, 5)]
    assert installation.execute("select * from ingress.deliveries order by delivery_id") == rows


def test_months_that_were_missed_are_all_created(installation: Installation) -> None:
    names = list(months(installation))
    drop(installation, *names)
    assert created(installation) == names


def test_one_month_is_created_at_a_time(installation: Installation) -> None:
    """So that the default partition is locked only while one month is created."""
    names = list(months(installation))
    drop(installation, *names)
    with login(installation) as pipeline:
        assert pipeline.execute("select pipeline.create_month()").fetchall() == [(names[0],)]


def test_this_month_waits_until_it_is_over_if_many_rows_would_be_moved(
    installation: Installation,
) -> None:
    """While they are moved, deliveries that arrive have to wait."""
    name = installation.value(
        "select to_char(now() at time zone 'UTC', '\"ingress.deliveries_\"YYYY_MM')"
    )
    drop(installation, EARLIER, *months(installation))
    installation.execute(INSERT, [datetime.now(UTC), 10_001])
    assert name not in created(installation)
    assert installation.execute(WHERE) == [(DEFAULT, 10_001)]
    installation.execute("delete from ingress.deliveries where body_sha256 = '1'")
    assert created(installation) == [name]
    assert installation.execute(WHERE) == [(name, 10_000)]


def test_a_month_that_is_over_is_created_for_rows_that_are_left(installation: Installation) -> None:
    at = datetime.now(UTC).replace(day=1) - timedelta(days=40)
    name = f"ingress.deliveries_{at:%Y_%m}"
    drop(installation, EARLIER)
    installation.execute(INSERT, [at, 10_001])
    installation.execute(INSERT, [datetime(1970, 1, 1, tzinfo=UTC), 1])  # a clock was wrong
    assert created(installation)[-1] == name  # last: new deliveries get their months first
    assert installation.execute(WHERE) == [(name, 10_001), (DEFAULT, 1)]


def test_deliveries_on_both_sides_of_a_months_end_are_landed(installation: Installation) -> None:
    edge = datetime(2026, 3, 1, tzinfo=UTC)
    first, second = "ingress.deliveries_2026_02", "ingress.deliveries_2026_03"
    drop(installation, EARLIER)
    for name, start, end in ((first, "2026-02-01Z", edge), (second, edge, "2026-04-01Z")):
        installation.execute(
            f"create table {name} partition of ingress.deliveries (primary key (delivery_id)) "
            f"for values from ('{start}') to ('{end}')"
        )
    installation.organization("firm", account=ACCOUNT, users={})
    meeting = Session(ACCOUNT, "uuid", "zu-ann", edge - timedelta(minutes=5), edge)
    for body in meeting.whole([ANN]):
        for at in (edge - timedelta(microseconds=1), edge):
            installation.deliver(body, at=at)
    installation.land(now=edge + timedelta(hours=1))
    found = installation.execute(
        "select tableoid::regclass::text, disposition, count(*) from ingress.deliveries "
        "group by 1, 2 order by 1, 2"
    )
    assert found == [(first, "landed", 4), (second, "duplicate", 4)]


def test_of_two_runs_at_once_one_creates_the_months(installation: Installation) -> None:
    names = list(months(installation))
    drop(installation, *names)
    with login(installation) as first, login(installation) as second:
        with first.transaction():
            assert create_months(first) == names
            assert create_months(second) == []  # the first one has the lock
        assert create_months(second) == []


def test_a_delivery_is_stored_while_months_are_created(installation: Installation) -> None:
    drop(installation, *months(installation))
    with (
        login(installation, "receiver") as receiver,
        login(installation) as pipeline,
        pipeline.transaction(),
    ):
        assert create_months(pipeline) != []
        receiver.execute(INSERT_DELIVERY, WAITING)
    assert installation.value("select count(*) from ingress.deliveries") == 1


def test_a_batch_that_processes_rows_of_the_month_does_not_have_to_wait(
    installation: Installation,
) -> None:
    name, start = last_month(installation)
    drop(installation, name)
    installation.execute(INSERT, [start, 1])
    with login(installation) as batch, batch.transaction():
        batch.execute("select from ingress.deliveries for update skip locked")
        assert created(installation) == []
        changed = batch.execute("update ingress.deliveries set disposition = 'landed'").rowcount
    assert (changed, created(installation)) == (1, [name])


def test_a_month_is_like_the_default_partition(installation: Installation) -> None:
    """It has the same indexes and key, and the storage parameters that someone has set."""
    parameters = "autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_enabled = off"
    name, _ = last_month(installation)
    drop(installation, name)
    installation.execute(f"alter table {DEFAULT} set ({parameters})")
    assert created(installation) == [name]
    same = """
        select relkind, reloptions, (
            select reloptions from pg_class as toast where toast.oid = pg_class.reltoastrelid
        ), (
            select array_agg(
                replace(pg_get_indexdef(indexrelid), indexrelid::regclass::text, '') order by 1
            )
            from pg_index where indrelid = pg_class.oid
        )
        from pg_class where oid = %s::regclass
    """
    (month,), (default,) = (installation.execute(same, [each]) for each in (name, DEFAULT))
    options = ["autovacuum_vacuum_scale_factor=0.05"], ["autovacuum_enabled=off"]
    assert month[:3] == default[:3] == ("r", *options)
    assert len(month[3]) == len(default[3]) == 7
    attached = (
        "select count(*) from pg_index inner join pg_class on pg_class.oid = indexrelid "
        "where indrelid = %s::regclass and relispartition"
    )
    assert installation.value(attached, [name]) == 6  # all but the key


def test_a_month_that_was_detached_is_not_created_again(installation: Installation) -> None:
    name, start = last_month(installation)
    installation.execute(f"alter table ingress.deliveries detach partition {name}")
    installation.execute(INSERT, [start, 1])
    assert created(installation) == []
    assert installation.execute(WHERE) == [(DEFAULT, 1)]


def test_the_receiver_cannot_choose_an_id(installation: Installation) -> None:
    with login(installation, "receiver") as receiver:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            receiver.execute("insert into ingress.deliveries (delivery_id) values (1)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            receiver.execute("select setval('ingress.delivery_ids', 1)")
        for _ in range(2):
            receiver.execute(INSERT_DELIVERY, WAITING)
    ids = [one for (one,) in installation.execute("select delivery_id from ingress.deliveries")]
    assert len(set(ids)) == 2


def test_what_arrives_is_stored_in_its_month(installation: Installation) -> None:
    installation.deliver(to_bytes({"event": "meeting.ended"}), at=datetime.now(UTC))
    stored = installation.value("select tableoid::regclass::text from ingress.deliveries")
    assert stored != DEFAULT


def test_a_delivery_that_a_check_refuses_is_stored_at_the_second_attempt(
    installation: Installation,
) -> None:
    """As when its month is created while it waits for the default partition."""
    installation.execute(f"alter table {EARLIER} add constraint refused check (event <> 'refused')")
    attempts = []

    async def store(connection: AsyncConnection) -> None:
        attempts.append(1)
        if len(attempts) == 2:
            installation.execute(f"alter table {EARLIER} drop constraint refused")
        await store_delivery(connection, **{**WAITING, "event": "refused"})

    async def receive() -> None:
        async with receiver_pool(installation.url) as pool:
            await with_connection(pool, store)

    asyncio.run(receive())
    stored = installation.value("select count(*) from ingress.deliveries where event = 'refused'")
    assert (len(attempts), stored) == (2, 1)
