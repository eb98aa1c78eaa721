"""Compares the product with a second implementation of the contract, and checks laws that hold for
any events.

Hypothesis makes the worlds. They run once, together, and every test checks the result.
`python -m tests.laws.long_run` runs many more of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from psycopg.rows import dict_row

from integration.database.postgres import connect
from integration.pipeline.rebuild import rebuild
from integration.settings import read_settings
from tests.laws.comparison import differences
from tests.laws.driver import Pipeline
from tests.laws.reference.marts import Row
from tests.laws.reported_again import report_again
from tests.laws.run import SEED, WILD_WORLDS, WORLDS, Run, of_worlds, renamed, run_worlds
from tests.laws.show_world import where_it_differs

DAY = timedelta(days=1)
DISPOSITIONS_OF_DAYS = """
    select (received_at at time zone 'UTC')::date as day, disposition, count(*) as deliveries
    from operations.deliveries
    group by day, disposition
"""
DISPOSITIONS = {"landed", "duplicate", "ignored", "unknown_account", "quarantined", "waiting"}


@pytest.fixture(scope="module")
def run(product: Pipeline) -> Run:
    return run_worlds(product)


def test_the_marts_follow_the_contract_after_each_batch(run: Run) -> None:
    found = [
        f"after batch {n}: {where_it_differs(text, SEED)}"
        for n, texts in run.differences.items()
        for text in texts
    ]
    assert not found, "\n".join(found[:3])


@pytest.mark.parametrize("numbers", [WORLDS, WILD_WORLDS], ids=["worlds", "wild worlds"])
def test_order_duplicates_and_batches_change_nothing(run: Run, numbers: range) -> None:
    """Duplicates have other bytes, another order of keys and another `event_ts`."""
    original = of_worlds(run.marts, "w", numbers)
    other = renamed(of_worlds(run.marts, "r", numbers))
    original.ledger.clear()  # repeated deliveries are more deliveries
    other.ledger.clear()
    found = differences(original, other)
    assert original.activities
    assert not found, "\n".join(found[:5])


def test_no_entry_is_longer_than_its_session(run: Run) -> None:
    sessions = {session_of(row): row for row in run.marts.sessions}
    too_long = [
        row
        for row in run.marts.activities
        if row["started_at"] < sessions[session_of(row)]["started_at"]
        or row["ended_at"] > sessions[session_of(row)]["ended_at"]
        or not 0 < row["duration_seconds"] <= seconds_of(row)
    ]
    assert run.marts.activities
    assert too_long == []


def test_no_one_is_in_a_session_twice_at_once(run: Run) -> None:
    entries = Counter((session_of(row), row["user_id"]) for row in run.marts.activities)
    assert [key for key, count in entries.items() if count > 1] == []
    assert [row for row in run.marts.participants if not fits(row)] == []


def test_no_one_is_present_more_than_24_hours_a_day(run: Run) -> None:
    """Per session, because a person may be in two of them at once."""
    present: Counter[Any] = Counter()
    days: dict[Any, set[Any]] = defaultdict(set)
    for row in run.marts.activities:
        whole = session_of(row), row["user_id"]
        present[whole] += row["duration_seconds"]
        days[whole] |= {day for day, _ in days_of(row)}
        for day, seconds in days_of(row):
            assert seconds <= DAY.total_seconds(), (whole, day)
    assert any(len(touched) > 1 for touched in days.values()), "no one stayed over midnight"
    assert [key for key in present if present[key] > len(days[key]) * DAY.total_seconds()] == []


def test_hours_of_days_and_of_companies_fit_into_each_other(run: Run) -> None:
    days, met = run.marts.user_days, run.marts.company_sessions
    for row in days:
        features = row["meetings_seconds"], row["webinars_seconds"], row["phone_seconds"]
        assert 0 <= row["external_seconds"] <= row["seconds"] <= 25 * 3600, row
        assert max(features) <= row["seconds"] <= sum(features) + 2, row
        assert row["hosted_count"] <= row["activity_count"], row
    assert any(0 < row["external_seconds"] < row["seconds"] for row in days)
    assert met
    sums: Counter[Any] = Counter()
    for row in met:
        sums[row["organization_id"], row["domain"]] += row["met_seconds"]
    companies = {(row["organization_id"], row["domain"]): row for row in run.marts.companies}
    assert {key: companies[key]["met_seconds"] for key in sums} == dict(sums)
    assert {row["affiliation"] for row in run.marts.participants} == {
        "internal", "external", "unknown",
    }  # fmt: skip


def test_participants_are_the_sum_of_their_outcomes(run: Run) -> None:
    rows = Counter(session_of(row) for row in run.marts.participants)
    outcomes = Counter(session_of(row) for row in run.marts.outcomes)
    outside = sum(count for session, count in outcomes.items() if session[-1] is None)
    counted = {session_of(row): row["participant_count"] for row in run.marts.sessions}
    assert {session: count for session, count in counted.items() if count} == dict(rows)
    assert {session: outcomes[session] for session in rows} == dict(rows)
    assert sum(rows.values()) + outside == len(run.marts.outcomes)


def test_deliveries_are_the_sum_of_their_dispositions(run: Run) -> None:
    """On every day. The comparison with the contract counts them per account."""
    found: Counter[Any] = Counter()
    with connect(run.product.url) as connection:
        for day, disposition, deliveries in connection.execute(DISPOSITIONS_OF_DAYS):
            assert disposition in DISPOSITIONS - {"waiting"}
            found[day] += deliveries
    assert found == run.deliveries_of_days


def test_the_nightly_audit_finds_nothing(run: Run) -> None:
    last = max(world.as_of for world in run.worlds)
    checks = run.product.audit(as_of=last).get_asset_check_evaluations()
    assert len(checks) > 20
    assert [check.check_name for check in checks if not check.passed] == []


def test_reports_of_the_api_change_nothing_that_webhooks_have_reported(run: Run) -> None:
    """A second earlier or later, with other values, and twice. A webhook that comes later replaces
    the API's version, so the order changes nothing (tests/healing/test_landing_from_the_api.py).
    """
    before = whole_tables(run.product.url)
    last = max(world.as_of for world in run.worlds)
    for seed in (1, 2):
        assert report_again(run.product.url, now=last, seed=seed) > 500
        run.product.batch(as_of=last)
        assert whole_tables(run.product.url) == before
    with connect(run.product.url) as connection:
        landed = "select count(*) > 500 from zoom_raw.events where source = 'api'"
        assert connection.execute(landed).fetchone() == (True,)


def test_a_rebuild_changes_nothing(run: Run) -> None:
    """Last, because it writes. Ids and `updated_at` are compared, too."""
    before = whole_tables(run.product.url)
    rebuild(read_settings(), run.product.url, check=False, say=print)
    assert whole_tables(run.product.url) == before


def whole_tables(url: str) -> dict[str, list[Row]]:
    """All columns of the marts, each table in the order of its key."""
    tables = {
        "timeline.sessions": "session_id",
        "timeline.participants": "participant_id",
        "timeline.activities": "activity_id",
        "operations.outcomes": "participant_id",
        "timeline.user_days": "organization_id, user_id, day",
        "clientsights.company_sessions": "session_id, company_id",
        "clientsights.companies": "company_id",
        "clientsights.people": "person_id",
    }
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        return {
            table: cursor.execute(f"select * from {table} order by {key}").fetchall()  # noqa: S608
            for table, key in tables.items()
        }


def session_of(row: Row) -> tuple[Any, ...]:
    return row["zoom_account_id"], row["feature"], row["zoom_uuid"]


def seconds_of(row: Row) -> float:
    return (row["ended_at"] - row["started_at"]).total_seconds()


def days_of(row: Row) -> Iterator[tuple[datetime, float]]:
    """The days that an entry spans, and how many of its seconds can fall on each."""
    day = datetime.combine(row["started_at"].astimezone(UTC), time.min, tzinfo=UTC)
    while day < row["ended_at"]:
        within = min(row["ended_at"], day + DAY) - max(row["started_at"], day)
        yield day, within.total_seconds()
        day += DAY


def fits(row: Row) -> bool:
    """A person's presence is not longer than the time from the first join to the last leave."""
    if row["joined_at"] is None:
        return row["left_at"] is None and row["duration_seconds"] == 0
    whole = (row["left_at"] - row["joined_at"]).total_seconds()
    return 0 < row["duration_seconds"] <= whole
