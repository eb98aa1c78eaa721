"""Tables that a batch has just written are planned with their statistics, not as if empty."""

from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation

STARTED_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
TABLES = [
    "zoom_raw.events",
    "clientsights_raw.email_addresses",
    "clientsights_raw.display_names",
    "intermediate.int_participants",
]


def test_tables_that_have_grown_are_analyzed_in_the_same_batch(installation: Installation) -> None:
    installation.organization("acme", account="acme-account", users={})
    installation.batch(now=STARTED_AT)
    people = [Person(f"Guest {n}", "", f"guest-{n}@client.example") for n in range(1000)]
    meeting = Session(
        account="acme-account",
        uuid="many==",
        host_id="zu-host",
        started_at=STARTED_AT,
        ended_at=STARTED_AT + timedelta(hours=1),
    )
    installation.deliver(*meeting.whole(people), at=meeting.ended_at)
    installation.batch(now=STARTED_AT + timedelta(hours=2))

    known = installation.execute(
        "select oid::regclass::text, reltuples from pg_class "
        "where oid = any(%s::text[]::regclass[])",
        [TABLES],
    )
    assert sorted(name for name, rows in known if rows >= 1000) == sorted(TABLES)
