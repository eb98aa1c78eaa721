"""An impossible start: other events define the session, and no one else is affected."""

from datetime import UTC, datetime, timedelta

from integration.database.postgres import connect
from tests.pipeline.events import Body, Person, Session
from tests.pipeline.installation import Installation

ODD, ORDINARY = "OddAccount000000000000", "OrdinaryAccount0000000"
END = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
ARRIVAL = END + timedelta(minutes=30)
ZANNA, BEN = Person("Zanna Zett", "zanna", "zanna@odd.example"), Person("Ben Bo", "zu-ben")


def with_start(body: Body, start: str) -> Body:
    about = {**body["payload"]["object"], "start_time": start}
    return {**body, "payload": {**body["payload"], "object": about}}


def test_an_impossible_start_stops_no_batch_and_creates_no_endless_entry(
    installation: Installation,
) -> None:
    installation.organization("odd", account=ODD, users={"zanna": ZANNA.email})
    installation.organization("ordinary", account=ORDINARY, users={"ben": "ben@firm.example"})
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, "
        "effective_from) values (%s, 'zu-ben', 'ben', '2025-01-01'), "
        "(%s, 'zanna', 'zanna', '2025-01-01')",
        [ORDINARY, ODD],
    )
    starts = {
        "year-1": "0001-01-01T00:00:00Z",
        "year-1900": "1900-01-01T00:00:00Z",
        "epoch": "1970-01-01T00:00:00Z",
        "day-32": "2026-02-09T09:29:59Z",
    }
    for uuid, start in starts.items():
        session = Session(ODD, uuid, "zanna", END, END)
        bodies = [session.ended(), session.left(ZANNA, END)]
        with_join = Session(ODD, f"{uuid}-joined", "zanna", END, END)
        bodies += [
            with_join.ended(),
            with_join.joined(ZANNA, END - timedelta(minutes=25)),
            with_join.left(ZANNA, END),
        ]
        installation.deliver(*(with_start(body, start) for body in bodies), at=ARRIVAL)
    ordinary = Session(ORDINARY, "ordinary", "zu-ben", END - timedelta(hours=1), END)
    installation.deliver(*ordinary.whole([BEN]), at=ARRIVAL)

    assert installation.batch(now=ARRIVAL, raise_on_error=False).success

    entries = "select user_id, duration_seconds, is_estimated from timeline.activities order by 1"
    assert installation.execute(entries) == [
        ("ben", 3600, False),
        *[("zanna", 1500, False)] * len(starts),
    ]
    sessions = (
        "select zoom_uuid, started_at, ended_at from timeline.sessions "
        "where organization_id = 'odd' order by zoom_uuid"
    )
    assert installation.execute(sessions) == sorted(
        (uuid + suffix, END - timedelta(minutes=minutes), END)
        for uuid in starts
        for suffix, minutes in (("", 0), ("-joined", 25))
    )


def test_postgres_computes_the_strength_of_any_relationship_at_any_time(
    database_url: str,
) -> None:
    """Even as of the most distant times, and for many hours a day with one person."""
    with connect(database_url, role="analyst") as connection:
        rows = connection.execute(
            """
            select clientsights.strength_at(minutes * power(2, 25), at)
            from unnest(array[0, 60, 1e6, 1e9]::double precision[]) as minutes
            cross join unnest(
                array['0001-01-01Z', '2026-03-02Z', '2290-01-01Z', '9999-12-31Z']::timestamptz[]
            ) as at
            """
        ).fetchall()
    strengths = {strength for (strength,) in rows}
    assert (min(strengths), max(strengths)) == (0, 100)


def test_events_from_before_the_bounds_existed_stop_no_batch(
    installation: Installation,
) -> None:
    """Events of the years 1 and 1900, as they were once landed, in every kind of session."""
    installation.organization("odd", account=ODD, users={"zanna": ZANNA.email})
    installation.execute(
        "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id, "
        "effective_from) values (%s, 'zanna', 'zanna', '2025-01-01')",
        [ODD],
    )
    client = Person("Cleo Client", email="cleo@client.example")
    session = Session(ODD, "uuid", "zanna", END - timedelta(hours=1), END)
    installation.deliver(*session.whole([ZANNA, client]), at=ARRIVAL)
    installation.land(now=ARRIVAL)
    for year, prefix in (("0001", "a"), ("1900", "b")):
        installation.execute(
            """
            insert into zoom_raw.events
            select
                organization_id, %(prefix)s || event_id, session_id, zoom_account_id, event, batch,
                %(at)s::timestamptz, first_received_at,
                fields || jsonb_build_object('started_at', %(at)s::text)
            from zoom_raw.events
            where event_id !~ '^[ab]'
            """,
            {"prefix": prefix, "at": f"{year}-01-01 00:00:00+00"},
        )
        installation.execute(
            """
            insert into zoom_raw.events
            select
                organization_id, event_id || 'x', %(session)s, zoom_account_id, event, batch,
                occurred_at, first_received_at, fields || '{"zoom_uuid": "old"}'
            from zoom_raw.events
            where event_id ~ %(prefix)s
            """,
            {"session": f"00000000-0000-0000-0000-00000000{year}", "prefix": f"^{prefix}"},
        )

    assert installation.batch(now=ARRIVAL + timedelta(hours=1), raise_on_error=False).success
    assert installation.value("select max(duration_seconds) from timeline.activities") <= 31 * 86400
    installation.rebuild()
