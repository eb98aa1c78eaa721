"""The models of a batch share a database session, where dbt opens a new one for each."""

from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Person, Session
from tests.pipeline.installation import ACCOUNTS, Installation

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOST = 20


def opened(installation: Installation) -> int:
    """How many sessions this database has had."""
    return installation.value(
        "select sessions from pg_stat_database where datname = current_database()"
    )


def test_a_batch_with_news_opens_few_sessions(installation: Installation) -> None:
    installation.organization("acme", account=ACCOUNTS[0], users={"ann": "ann@acme.example"})
    talk = Session(ACCOUNTS[0], "Talk", "zu_ann", AT, AT + timedelta(hours=1))
    ann = Person("Ann", email="ann@acme.example", zoom_user_id="zu_ann")
    counted = []
    for each in range(2):
        installation.deliver(*talk.whole([ann])[each:], at=AT + timedelta(hours=2 + each))
        before = opened(installation)
        installation.batch(now=AT + timedelta(hours=3 + each))
        counted.append(opened(installation) - before)
    assert 0 < max(counted) < MOST, counted
