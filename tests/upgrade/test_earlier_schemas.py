"""A database with data from every earlier schema is upgraded: nothing is lost, the next batch
processes what was waiting, and a rebuild finds nothing to change.

One database has the rows of all: at each revision one more organization is added, with rows in
every table, and then the next migration runs. So the data of a revision passes all migrations after
it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet

from integration.database.audit_chain import problems_of_trail
from integration.database.postgres import connect
from integration.database.schema_version import known_schemas
from integration.keys.recorded import key_id
from integration.pipeline.migrate import migrate
from integration.settings import read_settings
from integration.web.receiver.deliveries import INSERT_DELIVERY
from integration.zoom.envelope import open_envelope
from tests.databases import apply_migrations, new_database
from tests.pipeline.events import Person, Session, to_bytes
from tests.pipeline.installation import ENCRYPTION_KEY, TOMBSTONE_KEY, Installation, install

ROWS = Path(__file__).parent / "rows"
MORNING = datetime(2026, 3, 3, 9, tzinfo=UTC)
NOW = MORNING + timedelta(hours=8)
# As an earlier release may have left it: without columns of today, with one that is gone, and with
# one of another type. Views of that release read it.
EARLIER_MART = """
    create table timeline.sessions (
        session_id text, organization_id text, topic text, is_short boolean, started_at date
    );
    insert into timeline.sessions values ('gone', 'firm-0001', 'A session of before', true, now());
    create view timeline.earlier_view as select topic, is_short from timeline.sessions;
    alter table timeline.sessions owner to pipeline;
    alter view timeline.earlier_view owner to pipeline
"""
# The schemas whose tables migrations create, and not dbt.
SCHEMAS = ["worksights", "integration", "ingress", "zoom_raw", "clientsights_raw", "pipeline"]
TABLES = """
    select nspname || '.' || relname from pg_class
    inner join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and not relispartition and nspname = any(%s)
    order by 1
"""
OF_INSTALLATION = {
    *("clientsights_raw.applied_rules", "integration.tombstone_key", "integration.last_looks"),
    *("integration.keys", "ingress.url_validations"),
    *("pipeline.batches", "pipeline.built_views", "pipeline.model_code", "pipeline.passed_jobs"),
    *("pipeline.progress", "pipeline.zoom_requests"),
}
RENAMED = {
    "pipeline.changed_months": "pipeline.changed_periods",
    "integration.tombstone_key": "integration.keys",
}
Contents = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Upgraded:
    """What was found at each revision, and the installation after the last one, with one batch."""

    empty: dict[str, list[str]]  # revision -> tables in which its organization has no row
    lost: list[str]
    transient: dict[str, bool | None]  # by connection, before the batch imports the users again
    installation: Installation
    rebuilt: list[str]


@pytest.fixture(scope="module")
def upgraded(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    home = tmp_path_factory.mktemp("home")
    with (
        new_database(server_url, template="template1") as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        installation = install(url, home=home, zoom="http://nowhere.example", patch=patch)
        empty, lost = {}, []
        before: Contents = {}
        for revision in known_schemas():
            apply_migrations(url, to=revision)
            with connect(url, at_any_schema=True) as owner:
                lost += [f"{revision}: {each}" for each in losses(before, contents(owner))]
                before = contents(owner)
                add_organization(owner, revision)
                after = contents(owner)
            empty[revision] = [name for name in after if after[name] == before.get(name)]
            before = after
        transient = {
            one["connection_id"]: one["failure_is_transient"]
            for one in before["integration.connections"]
        }
        migrate(read_settings(), url, say=print)
        installation.batch(now=NOW)
        yield Upgraded(empty, lost, transient, installation, installation.rebuild(check=True))


def add_organization(owner: psycopg.Connection, revision: str) -> None:
    """The rows of a release with this revision, and two sessions that wait for a batch."""
    sealed = Fernet(ENCRYPTION_KEY).encrypt(b"a token").decode()
    for file in sorted(ROWS.glob("*.sql")):
        first, _, last = file.stem.partition("-")
        if first <= revision <= (last or revision):
            text = file.read_text().replace("FIRM", firm(revision))
            text = text.replace("SEALED", sealed).replace("KEY", key_id(TOMBSTONE_KEY))
            owner.execute(text)
    if revision == known_schemas()[0]:
        owner.execute(EARLIER_MART)
    owner.execute("set role receiver")
    for number in range(2):
        start = MORNING + timedelta(hours=number)
        meeting = Session(
            f"{firm(revision)}-account", f"{number}==", "zu-ann", start, start + timedelta(hours=1)
        )
        for body in meeting.whole(
            [
                Person("Ann Ash", "zu-ann", f"ann@{firm(revision)}.example"),
                Person("Dana Day", "", "dana@client.example"),
            ]
        ):
            owner.execute(INSERT_DELIVERY, as_received(to_bytes(body)))
    owner.execute("reset role")
    owner.execute("update ingress.deliveries set received_at = %s", [NOW])


def as_received(body: bytes) -> dict[str, Any]:
    envelope = open_envelope(body)
    return {
        "event": envelope.event,
        "zoom_account_id": envelope.zoom_account_id,
        "disposition": "waiting",
        "reason": None,
        "body": body,
        "body_size": len(body),
        "body_sha256": "digest",
    }


def firm(revision: str) -> str:
    return f"firm-{revision}"


def contents(owner: psycopg.Connection) -> Contents:
    names = [name for (name,) in owner.execute(TABLES, [SCHEMAS])]
    return {
        name: [row for (row,) in owner.execute(f"select to_jsonb(one) from {name} as one")]  # noqa: S608
        for name in names
    }


def losses(before: Contents, after: Contents) -> Iterator[str]:
    """What a migration has taken: tables, rows, or values of columns that are still there."""
    for name, rows in before.items():
        if name == "pipeline.built_views":  # without a row, the views are built again
            continue
        present = after.get(name, after.get(RENAMED.get(name, name)))
        if present is None:
            yield f"{name} is gone"
        elif rows:
            columns = rows[0].keys() & (present[0].keys() if present else rows[0].keys())
            missing = counted(rows, columns) - counted(present, columns)
            yield from (f"{name}: {row}" for row in missing)


def counted(rows: list[dict[str, Any]], columns: Iterable[str]) -> Counter[str]:
    return Counter(json.dumps({name: row[name] for name in sorted(columns)}) for row in rows)


def test_each_revision_has_rows_in_every_table(upgraded: Upgraded) -> None:
    """Those with one row for the whole installation have it from the first revision on."""
    first = known_schemas()[0]
    assert upgraded.empty[first] == []
    for revision, tables in upgraded.empty.items():
        assert set(tables) <= OF_INSTALLATION, revision


def test_no_migration_loses_a_row_or_a_value(upgraded: Upgraded) -> None:
    assert upgraded.lost == []


def test_the_sessions_of_every_revision_have_entries(upgraded: Upgraded) -> None:
    counted = upgraded.installation.execute(
        "select organization_id, count(*) from timeline.activities group by organization_id"
    )
    assert dict(counted) == {firm(revision): 2 for revision in known_schemas()}


def test_rows_that_earlier_rules_wrote_are_derived_again(upgraded: Upgraded) -> None:
    installation = upgraded.installation
    for query in (
        "select count(*) from clientsights_raw.email_addresses where rule_version = 'old'",
        "select count(*) from clientsights_raw.display_names where rule_version = 'old'",
        "select count(*) from pipeline.user_emails where email = 'of an earlier rule'",
        "select count(*) from pipeline.cleaned_texts where rule_version = 'old'",
        "select count(*) from timeline.sessions where session_id = 'gone'",
    ):
        assert installation.value(query) == 0, query


def test_failed_imports_of_earlier_releases_are_known_by_their_text(upgraded: Upgraded) -> None:
    of_text = {"connection": None, "retried": True, "refused": False, "unexplained": None}
    expected = {
        f"{firm(revision)}-{name}": is_transient
        for revision in known_schemas()
        if "0001" < revision < "0039"
        for name, is_transient in of_text.items()
    }
    assert {one: upgraded.transient.get(one) for one in expected} == expected


def test_a_rebuild_finds_nothing_to_change(upgraded: Upgraded) -> None:
    assert len(upgraded.rebuilt) > 30
    assert [line for line in upgraded.rebuilt if " only in the live table, " in line] == []


def test_the_chain_of_the_audit_trail_is_whole(upgraded: Upgraded) -> None:
    with connect(upgraded.installation.url) as owner:
        assert problems_of_trail(owner, limit=10) == []
