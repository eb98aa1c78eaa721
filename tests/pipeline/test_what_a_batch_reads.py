"""A batch reads what new data affects, and not the history."""

from datetime import UTC, datetime, timedelta

from psycopg.sql import SQL, Identifier

from tests.pipeline.events import Body, Person, Session, call_ended, call_history
from tests.pipeline.installation import Installation

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEETINGS = 100
# Smaller tables are read whole because that is the fastest way.
OTHER_CUSTOMERS = 200
DERIVED_FROM = (
    "zoom_raw",
    "clientsights_raw",
    "intermediate",
    "timeline",
    "clientsights",
    "operations",
)
ANN = Person("Ann Ash", "zu-ann", "ann@acme.example")


def test_a_batch_with_a_meeting_and_calls_reads_no_whole_table(
    installation: Installation,
) -> None:
    installation.organization("acme", account="acme-account", users={"ann": "ann@acme.example"})
    now = MONDAY + timedelta(days=30)
    for number in range(MEETINGS):
        installation.deliver(*meeting(number), at=now)
    installation.batch(now=now)
    installation.batch(now=now + timedelta(minutes=20))
    copy_for_other_customers(installation)
    installation.execute("vacuum analyze")

    before = rows_read(installation)
    installation.deliver(*meeting(MEETINGS), *calls(now), at=now)
    installation.batch(now=now + timedelta(minutes=40))
    rows = dict(installation.execute("select oid::regclass::text, reltuples from pg_class"))
    much = {
        f"{table}: {after - before[table]} rows read of {rows[table]:.0f}"
        for table, after in rows_read(installation).items()
        if after - before[table] > MEETINGS * OTHER_CUSTOMERS / 4
    }
    assert not much, "\n".join(sorted(much))


def meeting(number: int) -> list[Body]:
    """Ann with two guests of this meeting only, half an hour after the previous one."""
    started_at = MONDAY + number * timedelta(minutes=30)
    session = Session(
        account="acme-account",
        uuid=f"meeting-{number}==",
        host_id="zu-ann",
        started_at=started_at,
        ended_at=started_at + timedelta(minutes=25),
    )
    guests = [
        Person(f"{name} {number}", "", f"{name.lower()}@client-{number}.com")
        for name in ("Gus", "Guy")
    ]
    return session.whole([ANN, *guests])


def calls(at: datetime) -> list[Body]:
    live = [call_ended(side, "acme-account", at, call_id="a-call") for side in ("caller", "callee")]
    return [*live, call_history("acme-account", at, records=["a-record"])]


def copy_for_other_customers(installation: Installation) -> None:
    """Copies every derived row for each of them."""
    tables = installation.execute(
        """
        select schemaname, tablename, array_agg(attname::text order by attnum)
        from pg_tables
        inner join pg_attribute
            on attrelid = format('%%I.%%I', schemaname, tablename)::regclass
            and attnum > 0 and not attisdropped and attname <> 'organization_id'
        where schemaname = any(%s)
            and exists (
                select from information_schema.columns
                where (table_schema, table_name) = (schemaname, tablename)
                    and column_name = 'organization_id'
            )
        group by schemaname, tablename
        """,
        [list(DERIVED_FROM)],
    )
    for schema, table, columns in tables:
        others = SQL(", ").join(Identifier(column) for column in columns)
        installation.execute(
            SQL(
                "insert into {table} (organization_id, {others}) "
                "select 'customer-' || number, {others} "
                "from {table} cross join generate_series(1, {customers}) as number"
            ).format(table=Identifier(schema, table), others=others, customers=OTHER_CUSTOMERS)
        )


def rows_read(installation: Installation) -> dict[str, int]:
    return dict(
        installation.execute(
            "select relid::regclass::text, seq_tup_read + coalesce(idx_tup_fetch, 0) "
            "from pg_stat_user_tables where schemaname = any(%s)",
            [[*DERIVED_FROM, "ingress"]],
        )
    )
