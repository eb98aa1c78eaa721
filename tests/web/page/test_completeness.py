"""How many of the sessions that Zoom knows were received: the mart, the page's line, the check."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration.database.own_organization import EVERY
from integration.database.postgres import connect
from integration.dates import DAY_FIRST
from integration.pipeline.completeness import (
    COMPARED_AFTER,
    Completeness,
    compared_day,
    completeness_of_day,
    recent_completeness,
    shown_days,
)
from integration.privacy.landed_events import delete_sessions
from simulator.world import World
from tests.databases import page_of
from tests.web.page.fixtures import ACCOUNTS, connected_site
from tests.web.page.site import Site

TAB = "/services/zoom/connections"
ACCOUNT = ACCOUNTS[0]
NOW = datetime.now(UTC)
ENDED = NOW - 2 * COMPARED_AFTER  # two or three days ago
TABLES = (
    "timeline.sessions", "intermediate.int_meeting_sessions", "zoom_raw.known_sessions",
    "zoom_raw.healed_days", "pipeline.batches",
)  # fmt: skip
KNOWN = """
    insert into zoom_raw.known_sessions
        (organization_id, zoom_account_id, session_id, feature, zoom_uuid, ended_at)
    select 'acme', %s, feature || number, feature, 'u', %s
    from (values ('meetings', 4), ('webinars', 1)) as kinds (feature, sessions)
    cross join generate_series(1, sessions) as number
"""
HEALED_DAYS = """
    insert into zoom_raw.healed_days (organization_id, zoom_account_id, day, source, first_run_at,
        last_run_at, finished_at, compared_after_batch)
    select 'acme', %s, %s, source, now(), now(), now(), 1
    from unnest(array['webhook_logs', 'meetings', 'phone']) as source
"""
BATCHES = """
    insert into pipeline.batches (batch, as_of, finished_at)
    values (1, now(), now()), (2, now(), now()), (3, now(), null)
"""
SESSIONS = """
    insert into timeline.sessions (session_id, organization_id, zoom_account_id, zoom_uuid, feature,
        session_type, end_source, participant_count, started_at, ended_at)
    values
        ('meetings1', 'acme', %(account)s, 'u', 'meetings', 'other', 'event', 0, now(), now()),
        ('meetings2', 'acme', %(account)s, 'u', 'meetings', 'other', 'inferred', 0, now(), now()),
        ('meetings3', 'acme', %(account)s, 'u', 'meetings', 'other', 'event', 0, now(), now()),
        ('webinars1', 'acme', %(account)s, 'u', 'webinars', 'webinar', 'event', 0, now(), now())
"""
DERIVED = """
    insert into intermediate.int_meeting_sessions
        (organization_id, session_id, zoom_account_id, is_healed, ended_at)
    select organization_id, session_id, zoom_account_id, session_id = 'meetings3', ended_at
    from timeline.sessions
"""


@pytest.fixture(scope="module")
def site(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with connected_site(server_url, zoom, tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture
def acme(site: Site) -> Site:
    for table in TABLES:
        site.rows(f"delete from {table}")  # noqa: S608  (our own names)
    site.rows(KNOWN, ACCOUNT, ENDED)
    site.rows(HEALED_DAYS, ACCOUNT, ENDED.date())
    site.rows(BATCHES)
    with connect(site.database_url) as connection:
        connection.execute(SESSIONS, {"account": ACCOUNT})
        connection.execute(DERIVED)
    return site


def line_of(site: Site, role: str, organization: str = "acme") -> str:
    """The page's text, with single spaces."""
    return " ".join(site.visitor(role, organization).get(TAB).text.split())


def test_the_mart_counts_by_account_day_and_feature(acme: Site) -> None:
    day = ENDED.date()
    assert acme.rows(
        "select zoom_account_id, day, feature, known, received, healed, missing "
        "from operations.completeness order by feature"
    ) == [
        (ACCOUNT, day, "meetings", 4, 2, 1, 1),
        (ACCOUNT, day, "phone", 0, 0, 0, 0),
        (ACCOUNT, day, "webinars", 1, 1, 0, 0),
    ]


def test_the_page_shows_the_last_seven_days_to_whoever_sees_counts(acme: Site) -> None:
    page = line_of(acme, "admin")
    assert "<dt>Sessions received</dt><dd>3 of 5 sessions, 1 healed, 1 missing" in page
    assert (
        f"up to {DAY_FIRST.short(ENDED.date())}: 1 day of meetings and webinars, 1 day of calls. "
        "Healed: what lost webhooks would have reported was added from these records. "
        "Missing: on no timeline." in page
    )
    assert "Sessions received" not in line_of(acme, "technical_admin")
    assert "Sessions received" not in line_of(acme, "admin", "globex")
    acme.rows("update zoom_raw.healed_days set day = day - 8")
    assert "Sessions received" not in line_of(acme, "admin")


def test_days_and_sources_that_were_not_compared_are_not_counted(acme: Site) -> None:
    acme.rows(
        "update zoom_raw.healed_days set compared_after_batch = null where source = 'meetings'"
    )
    page = line_of(acme, "admin")
    assert "0 of 0 sessions, 0 healed, 0 missing" in page
    assert "0 days of meetings and webinars, 1 day of calls." in page
    acme.rows("delete from zoom_raw.healed_days where source <> 'webhook_logs'")
    assert "Sessions received" not in line_of(acme, "admin")


def test_the_newest_compared_day_is_read_for_all_accounts_together(acme: Site) -> None:
    with page_of(acme.database_url, EVERY) as connection:
        found = completeness_of_day(connection, ENDED.date())
        assert found == Completeness(known=5, received=3, healed=1, missing=1)
        assert completeness_of_day(connection, compared_day(NOW + 9 * COMPARED_AFTER)) is None


@pytest.mark.parametrize(
    ("hour", "day"),
    [("2026-03-03T05:00Z", "2026-03-01"), ("2026-03-03T06:30Z", "2026-03-02")],
)
def test_a_day_has_been_compared_six_hours_after_its_end(hour: str, day: str) -> None:
    days = shown_days(datetime.fromisoformat(hour))
    assert (compared_day(datetime.fromisoformat(hour)).isoformat(), len(days)) == (day, 7)
    assert (days[-1].isoformat(), days[-1] - days[0]) == (day, timedelta(days=6))


@pytest.mark.parametrize(
    ("compared_after", "due_at", "days_ago", "lost"),
    [
        (1, None, 0, [(5, 1)]),
        (2, None, 0, []),  # the third batch has not landed what was found yet
        (1, NOW, 0, [(4, 0)]),  # its end will be inferred
        (1, None, 8, []),
    ],
)
def test_a_session_is_lost_only_when_a_batch_could_have_landed_it(
    compared_after: int,
    due_at: datetime | None,
    days_ago: int,
    lost: list[tuple[int, int]],
    acme: Site,
) -> None:
    acme.rows(
        "update zoom_raw.healed_days set compared_after_batch = %s, day = day - %s",
        compared_after,
        days_ago,
    )
    acme.rows(
        "insert into intermediate.int_meeting_sessions (organization_id, session_id, due_at) "
        "values ('acme', 'meetings4', %s)",
        due_at,
    )
    with connect(acme.database_url) as connection:
        found = recent_completeness(connection, now=NOW)
    assert [(one.known, one.missing) for one in found] == lost


def test_a_session_that_is_never_stored_is_not_missing(acme: Site) -> None:
    with connect(acme.database_url) as connection:
        delete_sessions(connection, "acme", ["meetings4"], batch=1)
    assert acme.rows("select sum(known), sum(missing) from operations.completeness") == [(4, 0)]
