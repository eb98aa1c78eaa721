"""How many of the sessions that Zoom knows were received: the mart, the page's line, the check."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.database.own_organization import EVERY
from integration.database.postgres import connect
from integration.pipeline.completeness import (
    COMPARED_AFTER,
    Completeness,
    compared_day,
    completeness_of_day,
    lost_sessions,
)
from integration.privacy.landed_events import delete_sessions
from simulator.world import World
from tests.databases import page_of
from tests.web.page.fixtures import ACCOUNTS, connected_site
from tests.web.page.site import Site

TAB = "/services/zoom/connections"
ACCOUNT, HOUR = ACCOUNTS[0], timedelta(hours=1)
NOW = datetime.now(UTC)
ENDED = NOW - 2 * COMPARED_AFTER  # two or three days ago
KNOWN = """
    insert into zoom_raw.known_sessions (organization_id, zoom_account_id, session_id, feature,
        zoom_uuid, ended_at, read_at)
    select 'acme', %s, feature || number, feature, 'u', %s, %s
    from (values ('meetings', 4), ('webinars', 1)) as kinds (feature, sessions)
    cross join generate_series(1, sessions) as number
"""
SESSIONS = """
    insert into timeline.sessions (session_id, organization_id, zoom_account_id, zoom_uuid, feature,
        session_type, end_source, participant_count, started_at, ended_at)
    values
        ('meetings1', 'acme', %(account)s, 'u', 'meetings', 'other', 'event', 0, now(), now()),
        ('meetings2', 'acme', %(account)s, 'u', 'meetings', 'other', 'inferred', 0, now(), now()),
        ('meetings3', 'acme', %(account)s, 'u', 'meetings', 'other', 'api', 0, now(), now()),
        ('webinars1', 'acme', %(account)s, 'u', 'webinars', 'webinar', 'event', 0, now(), now())
"""


@pytest.fixture(scope="module")
def site(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with connected_site(server_url, zoom, tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture
def acme(site: Site) -> Site:
    for table in ("timeline.sessions", "zoom_raw.known_sessions", "pipeline.batches"):
        site.rows(f"delete from {table}")  # noqa: S608  (our own names)
    site.rows(KNOWN, ACCOUNT, ENDED, ENDED + 30 * HOUR)
    with connect(site.database_url) as connection:
        connection.execute(SESSIONS, {"account": ACCOUNT})
    return site


def test_the_mart_counts_by_account_day_and_feature(acme: Site) -> None:
    day = ENDED.date()
    assert acme.rows(
        "select zoom_account_id, day, feature, known, received, healed, missing "
        "from operations.completeness order by feature"
    ) == [(ACCOUNT, day, "meetings", 4, 2, 1, 1), (ACCOUNT, day, "webinars", 1, 1, 0, 0)]


def test_the_page_shows_the_last_seven_days_to_whoever_sees_counts(acme: Site) -> None:
    page = acme.visitor("admin").get(TAB).text
    assert "<dd>3 of 5 sessions received" in page
    assert "1 recovered, 1 missing" in page
    assert "sessions received" not in acme.visitor("technical_admin").get(TAB).text
    assert "sessions received" not in acme.visitor("admin", "globex").get(TAB).text
    acme.rows("update zoom_raw.known_sessions set ended_at = ended_at - interval '8 days'")
    assert "sessions received" not in acme.visitor("admin").get(TAB).text


def test_the_newest_compared_day_is_read_for_all_accounts_together(acme: Site) -> None:
    with page_of(acme.database_url, EVERY) as connection:
        found = completeness_of_day(connection, ENDED.date())
        assert found == Completeness("", known=5, received=3, healed=1, missing=1)
        none = completeness_of_day(connection, compared_day(NOW + 9 * COMPARED_AFTER))
        assert none == Completeness("", known=0, received=0, healed=0, missing=0)


@pytest.mark.parametrize(
    ("hour", "day"),
    [("2026-03-03T05:00Z", "2026-03-01"), ("2026-03-03T06:30Z", "2026-03-02")],
)
def test_a_day_has_been_compared_six_hours_after_its_end(hour: str, day: str) -> None:
    assert compared_day(datetime.fromisoformat(hour)).isoformat() == day


@pytest.mark.parametrize(
    ("batch_at", "ended_at", "lost"),
    [
        (NOW, ENDED, (5, 1)),
        (ENDED, ENDED, (0, 0)),  # no batch could land what was found
        (NOW, NOW - HOUR, (0, 0)),  # it may still get an inferred end
        (NOW, NOW - timedelta(days=8), (0, 0)),
    ],
)
def test_a_session_is_lost_only_when_a_batch_could_have_landed_it(
    batch_at: datetime, ended_at: datetime, lost: tuple[int, int], acme: Site
) -> None:
    acme.rows("update zoom_raw.known_sessions set ended_at = %s", ended_at)
    acme.rows(
        "insert into pipeline.batches (batch, as_of, finished_at) values (1, %s, now())", batch_at
    )
    with connect(acme.database_url) as connection:
        assert lost_sessions(connection, now=NOW) == lost


def test_a_session_that_is_never_stored_is_not_missing(acme: Site) -> None:
    with connect(acme.database_url) as connection:
        delete_sessions(connection, "acme", ["meetings4"], batch=1)
    assert acme.rows("select sum(known), sum(missing) from operations.completeness") == [(4, 0)]
