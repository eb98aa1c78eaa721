"""Each rule of the nightly job: what is too old is gone, and what is younger is not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from integration.database.postgres import connect
from integration.housekeeping.expired_rows import RulesFailed, delete_expired_rows
from integration.housekeeping.rules import RULES
from tests.pipeline.installation import Installation

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """`insert` stores a row with the time %(at)s that `count` counts while it is kept."""

    insert: str
    old: datetime
    young: datetime
    count: str = ""


CASES = {
    "ingress.deliveries": Case(
        "insert into ingress.deliveries (event, disposition, body, body_size, body_sha256, "
        "received_at) values ('x', 'quarantined', '{}', 2, repeat('0', 64), %(at)s)",
        NOW - 7 * DAY - MINUTE,
        NOW - 7 * DAY + MINUTE,
        "select count(body) from ingress.deliveries",
    ),
    "ingress.url_validations": Case(
        "insert into ingress.url_validations values (%(at)s)",
        NOW - 90 * DAY - MINUTE,
        NOW - 90 * DAY + MINUTE,
    ),
    "integration.access_log": Case(
        "insert into integration.access_log (organization_id, actor, act, about_user_id, at) "
        "values ('firm', 'x', 'day', 'y', %(at)s)",
        NOW - 367 * DAY,
        NOW - 360 * DAY,
    ),
    "integration.page_sessions": Case(
        "insert into integration.page_sessions (session_hash, organization_id, user_id, method, "
        "last_used_at, expires_at) values (md5(%(at)s::text), 'firm', 'ann', 'link', now(), "
        "%(at)s)",
        NOW - MINUTE,
        NOW + MINUTE,
    ),
    "integration.sign_in_links": Case(
        "insert into integration.sign_in_links (token_hash, organization_id, user_id, method, "
        "expires_at) values (md5(%(at)s::text), 'firm', 'ann', 'link', %(at)s)",
        NOW - MINUTE,
        NOW + MINUTE,
    ),
    "integration.sign_in_requests": Case(
        "insert into integration.sign_in_requests (address_digest, client_digest, requested_at) "
        "values ('a', 'b', %(at)s)",
        NOW - timedelta(hours=1) - MINUTE,
        NOW - timedelta(hours=1) + MINUTE,
    ),
    "integration.authorizations": Case(
        "insert into integration.authorizations (state_hash, session_hash, organization_id, "
        "code_verifier, expires_at) "
        "values (md5(%(at)s::text), 'session', 'firm', 'verifier', %(at)s)",
        NOW - MINUTE,
        NOW + MINUTE,
    ),
    "integration.mails": Case(
        "insert into integration.mails (kind, status, reason, created_at, next_attempt_at, "
        "expires_at) values ('sign_in', 'failed', 'x', %(at)s, %(at)s, %(at)s)",
        NOW - 7 * DAY - MINUTE,
        NOW - 7 * DAY + MINUTE,
    ),
    "integration.causes": Case(
        "insert into integration.causes (organization_id, cause, subject, facts, since, "
        "noticed_at, ended_at) "
        "values ('firm', 'batch_late', %(at)s::text, '{}', %(at)s, %(at)s, %(at)s)",
        NOW - 90 * DAY - MINUTE,
        NOW - 90 * DAY + MINUTE,
    ),
    "integration.notifications": Case(
        "insert into integration.notifications (channel, created_at, next_attempt_at, "
        "expires_at) values ('webhook', %(at)s, %(at)s, %(at)s)",
        NOW - 90 * DAY - MINUTE,
        NOW - 90 * DAY + MINUTE,
    ),
    "pipeline.batches": Case(
        "insert into pipeline.batches (batch, as_of, finished_at) "
        "select coalesce(max(batch), 0) + 1, %(at)s, %(at)s from pipeline.batches",
        NOW - 400 * DAY,
        NOW - 390 * DAY,
    ),
    "pipeline.run_failures": Case(
        "insert into pipeline.run_failures (run_id, job, steps, failed_at) "
        "values (%(at)s::text, 'zoom_batch', '{}', %(at)s)",
        NOW - 400 * DAY,
        NOW - 390 * DAY,
    ),
    "pipeline.zoom_requests": Case(
        "insert into pipeline.zoom_requests values (%(at)s, 'account', 'heavy', 1)",
        NOW - 91 * DAY,
        NOW - 89 * DAY,
    ),
    "zoom_raw.healed_days": Case(
        "insert into zoom_raw.healed_days (organization_id, zoom_account_id, day, source, "
        "first_run_at, last_run_at) values ('firm', 'account', %(at)s, 'phone', %(at)s, %(at)s)",
        NOW - 400 * DAY,
        NOW - 390 * DAY,
    ),
    "zoom_raw.known_sessions": Case(
        "insert into zoom_raw.known_sessions (organization_id, zoom_account_id, session_id, "
        "feature, zoom_uuid, ended_at) "
        "values ('firm', 'account', %(at)s::text, 'phone', '1', %(at)s)",
        NOW - 400 * DAY,
        NOW - 390 * DAY,
    ),
}


@pytest.fixture
def firm(installation: Installation) -> Installation:
    installation.organization("firm", account="HousekeepingAccount000", users={"ann": "ann@firm.x"})
    return installation


def night(installation: Installation, *, now: datetime = NOW) -> dict[str, int]:
    with connect(installation.url, role="pipeline", autocommit=True) as connection:
        return dict(delete_expired_rows(connection, now=now, quarantine_days=7))


def test_every_rule_deletes_what_is_older_and_nothing_else(firm: Installation) -> None:
    assert set(CASES) == {rule.table for rule in RULES}
    for table, case in CASES.items():
        for at in (case.old, case.young):
            firm.execute(case.insert, {"at": at})
        assert kept(firm, table, case) == 2, table
    assert night(firm) == dict.fromkeys(CASES, 1)
    assert {table: kept(firm, table, case) for table, case in CASES.items()} == dict.fromkeys(
        CASES, 1
    )
    assert sum(night(firm).values()) == 0


def kept(firm: Installation, table: str, case: Case) -> int:
    return firm.value(case.count or f"select count(*) from {table}")  # noqa: S608 - a name above


def test_the_last_batch_and_those_that_applied_an_exclusion_are_kept(firm: Installation) -> None:
    firm.execute(
        "insert into pipeline.batches (batch, as_of, finished_at) "
        "select number, now() - interval '3 years', now() - interval '3 years' "
        "from generate_series(1, 5) as number"
    )
    firm.execute(
        "insert into pipeline.applied_exclusions (exclusion_id, organization_id, kind, written, "
        "batch, events, sessions) values (1, 'firm', 'domain', 'x.example', 2, 0, 0)"
    )
    assert night(firm)["pipeline.batches"] == 3
    assert firm.execute("select batch from pipeline.batches order by batch") == [(2,), (5,)]


def test_the_rows_of_quarantined_deliveries_are_kept_for_good(firm: Installation) -> None:
    case = CASES["ingress.deliveries"]
    firm.execute(case.insert, {"at": case.old})
    night(firm)
    ledger = "select disposition, body_size, body from ingress.deliveries"
    assert firm.execute(ledger) == [("quarantined", 2, None)]


def test_a_rule_that_fails_does_not_stop_the_others(firm: Installation) -> None:
    for table in ("ingress.deliveries", "pipeline.run_failures"):
        firm.execute(CASES[table].insert, {"at": CASES[table].old})
    firm.execute("alter table integration.page_sessions rename column expires_at to ends_at")
    with pytest.raises(RulesFailed, match='^integration.page_sessions: column "expires_at" does'):
        night(firm)
    assert firm.value("select count(body) from ingress.deliveries") == 0
    assert firm.value("select count(*) from pipeline.run_failures") == 0
