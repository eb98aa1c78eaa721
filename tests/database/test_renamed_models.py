"""A database that was derived under earlier names of models keeps its rows under the new names."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg.sql import SQL, Identifier

from tests.databases import apply_migrations, set_revision
from tests.pipeline.events import Person, Session
from tests.pipeline.installation import Installation

STARTED_AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
# Earlier name -> name.
TABLES = {
    "int_counted_sessions": "int_session_connection_states",
    "int_mappings": "int_participant_users",
    "int_users_in_sessions": "int_entries",
    "int_people_counts": "int_session_headcounts",
    "int_identified_legs": "int_participant_legs",
}
VIEWS = {
    "int_sessions_of_settings": "int_sessions_touched_by_settings",
    "int_changed_people": "int_changed_identities",
    "int_legs": "int_all_legs",
}
RELATIONS = """
    select relname::text from pg_class
    where relnamespace = 'intermediate'::regnamespace and relname = any(%s)
    order by relname
"""
RECORDED = """
    select 'progress', model from pipeline.progress where model = any(%(models)s)
    union all
    select 'failures', model from pipeline.failures where model = any(%(models)s)
    union all
    select 'model_code', model from pipeline.model_code where model = any(%(models)s)
    order by 1, 2
"""


@pytest.fixture
def earlier(installation: Installation) -> Installation:
    """Derived from one meeting of a colleague with a client, with a failure in each table, and with
    the names that the first migration left.
    """
    installation.organization("acme", account="acme-account", users={"ann": "ann@acme.example"})
    installation.execute(
        "insert into integration.mapping_changes "
        "(zoom_account_id, zoom_user_id, user_id, effective_from) "
        "values ('acme-account', 'zu-ann', 'ann', '2025-01-01')"
    )
    meeting = Session(
        account="acme-account",
        uuid="one==",
        host_id="zu-ann",
        started_at=STARTED_AT,
        ended_at=STARTED_AT + timedelta(hours=1),
    )
    people = [
        Person("Ann", "zu-ann", "ann@acme.example"),
        Person("Dana", "", "dana@client.example"),
    ]
    installation.deliver(*meeting.whole(people), at=meeting.ended_at)
    installation.batch(now=STARTED_AT + timedelta(hours=2))

    for old, new in (TABLES | VIEWS).items():
        kind = SQL("view") if old in VIEWS else SQL("table")
        installation.execute(
            SQL("alter {} intermediate.{} rename to {}").format(
                kind, Identifier(new), Identifier(old)
            )
        )
    for old, new in TABLES.items():
        names = {"old": f"intermediate.{old}", "new": f"intermediate.{new}"}
        for table in ("progress", "model_code"):
            installation.execute(
                SQL("update pipeline.{} set model = %(old)s where model = %(new)s").format(
                    Identifier(table)
                ),
                names,
            )
        installation.execute(
            "insert into pipeline.failures (model, organization_id, scope, error, batch) "
            "values (%(old)s, 'acme', '{\"session_id\": \"gone\"}', '22003', 1)",
            names,
        )
    set_revision(installation.url, "0001")
    return installation


def apply_renames(installation: Installation) -> None:
    """Applies the migrations that rename, and not those between them, which have been applied."""
    apply_migrations(installation.url, to="0002")
    set_revision(installation.url, "0004")
    apply_migrations(installation.url, to="0005")
    set_revision(installation.url, "head")


def contents(installation: Installation, tables: list[str]) -> list[list[tuple]]:
    query = SQL("select * from intermediate.{} order by 1, 2, 3")
    return [installation.execute(query.format(Identifier(table))) for table in tables]


def recorded(installation: Installation, names: list[str]) -> list[tuple]:
    models = [f"intermediate.{name}" for name in names]
    return installation.execute(RECORDED, {"models": models})


def test_renamed_tables_keep_their_rows_and_nothing_is_left_under_the_old_names(
    earlier: Installation,
) -> None:
    old, new = list(TABLES), list(TABLES.values())
    before = contents(earlier, old)
    assert all(before)

    apply_renames(earlier)

    assert contents(earlier, new) == before
    assert earlier.execute(RELATIONS, [[*old, *VIEWS]]) == []
    assert recorded(earlier, old) == []
    assert recorded(earlier, new) == sorted(
        (table, f"intermediate.{name}")
        for table in ("progress", "failures", "model_code")
        for name in new
    )


def test_the_next_batch_builds_the_views_again_and_changes_no_row(earlier: Installation) -> None:
    before = contents(earlier, list(TABLES))
    apply_renames(earlier)
    earlier.execute("delete from pipeline.failures")

    earlier.batch(now=STARTED_AT + timedelta(hours=3))

    names = [*TABLES.values(), *VIEWS.values()]
    assert earlier.execute(RELATIONS, [names]) == [(name,) for name in sorted(names)]
    assert contents(earlier, list(TABLES.values())) == before
