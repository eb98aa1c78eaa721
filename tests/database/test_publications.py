"""Tables can be published to subscribers of their changes: every deleted or updated row can be
identified.
"""

from datetime import UTC, datetime, timedelta

from tests.faults.story import GOOD, meeting, people_of
from tests.pipeline.installation import Installation

SCHEMAS = ("worksights", "integration", "ingress", "zoom_raw", "pipeline", "clientsights_raw")
DERIVED = ("intermediate", "timeline", "clientsights", "operations")
SESSIONS = "select count(*) from timeline.sessions"


def test_a_publication_of_all_tables_stops_no_batch(morning: Installation) -> None:
    publish_all_tables(morning)
    before = morning.value(SESSIONS)
    later = datetime(2026, 3, 4, 9, tzinfo=UTC)
    morning.deliver(*meeting(GOOD, 24).whole(people_of(GOOD)), at=later)
    late = meeting(GOOD, 1).joined(people_of(GOOD)[0], meeting(GOOD, 1).started_at, leg="9")
    morning.deliver(late, at=later)
    assert morning.batch(now=later + timedelta(hours=1)).success
    assert morning.value(SESSIONS) == before + 1


def publish_all_tables(installation: Installation) -> None:
    """Lists each table, because only a superuser may publish "all tables"."""
    tables = installation.value(
        """
        select string_agg(oid::regclass::text, ', ') from pg_class
        where relkind = 'r' and relnamespace::regnamespace::text = any(%s)
        """,
        [[*SCHEMAS, *DERIVED]],
    )
    installation.execute(f"create publication everything for table {tables}")


def test_every_table_identifies_deleted_rows(morning: Installation) -> None:
    without = morning.execute(
        """
        select oid::regclass::text from pg_class
        where relkind = 'r' and relnamespace::regnamespace::text = any(%s)
            and relreplident <> 'f'
            and not exists (
                select from pg_index
                where indrelid = pg_class.oid
                    and (indisprimary and relreplident = 'd' or indisreplident)
            )
        """,
        [[*SCHEMAS, *DERIVED]],
    )
    assert without == []
