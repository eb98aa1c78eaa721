"""The effective-dated copy of the settings that the marts are derived from.

Each batch compares it with the current settings and adds the differences, with the times they
affect, to the change set. Comparing values also finds what `changed_at` would miss: rows that were
deleted, back-dated or changed with SQL.
"""

from collections import Counter

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.pipeline.batches import Batch
from integration.pipeline.cleaned_texts import clean_texts, has_new_texts
from integration.pipeline.failed_steps import DATA_ERRORS, record_failed_organizations

STEP = "pipeline.settings"
# Settings that apply at a time other than in the copy, with the time that differs: of some
# organizations, or of all.
_DIFFERENCES = SQL("""
    select
        organization_id, kind, subject, value, zoom_account_id,
        present.valid as valid_now,
        (coalesce(present.valid, '{}') - coalesce(copied.valid, '{}'))
        + (coalesce(copied.valid, '{}') - coalesce(present.valid, '{}')) as changed
    from (
        select organization_id, kind, subject, value, zoom_account_id, valid
        from facts.current_settings
        where %(organizations)s::text[] is null or organization_id = any(%(organizations)s)
    ) as present
    full outer join (
        select organization_id, kind, subject, value, zoom_account_id, valid
        from pipeline.settings
        where %(organizations)s::text[] is null or organization_id = any(%(organizations)s)
    ) as copied using (organization_id, kind, subject, value, zoom_account_id)
    where present.valid is distinct from copied.valid
""")
_HAS_DIFFERENCES = SQL("select exists (") + _DIFFERENCES + SQL(")")
_TABLE_OF_DIFFERENCES = SQL("create temporary table differences on commit drop as ") + _DIFFERENCES


def sync_facts(connection: psycopg.Connection, batch: Batch) -> dict[str, int]:
    """Updates the copy and records the changes, in one transaction. Returns the number of changed
    facts by kind.

    If data causes an error, each organization is processed separately. One that fails keeps its
    current copy, and the next batch retries it.
    """
    changed: Counter[str] = Counter()
    errors: dict[str, str] = {}
    with connection.transaction():
        # All statements below see the same settings, even if the page changes them meanwhile.
        connection.execute("set transaction isolation level repeatable read")
        try:
            changed = _sync(connection, batch, None)
        except DATA_ERRORS:
            for organization_id in _organizations(connection):
                try:
                    changed += _sync(connection, batch, [organization_id])
                except DATA_ERRORS as error:
                    errors[organization_id] = error.sqlstate or type(error).__name__
        record_failed_organizations(connection, STEP, errors, batch)
        connection.execute(
            "update pipeline.batches set landed_at = now() where batch = %s", [batch.number]
        )
    return dict(sorted(changed.items()))


def settings_have_changed(connection: psycopg.Connection) -> bool:
    """Whether settings differ from their copy; also True if data prevents the comparison."""
    try:
        with connection.transaction():
            has_differences = rows.scalar(
                connection, bool, _HAS_DIFFERENCES, {"organizations": None}
            )
            return has_differences or has_new_texts(connection)
    except DATA_ERRORS:
        return True


def _organizations(connection: psycopg.Connection) -> list[str]:
    return rows.scalars(
        connection,
        str,
        "select organization_id from worksights.organizations order by organization_id",
    )


def _sync(
    connection: psycopg.Connection, batch: Batch, organizations: list[str] | None
) -> Counter[str]:
    """Updates the copy for these organizations, or for all; returns changed facts by kind."""
    with connection.transaction():
        clean_texts(connection, batch, organizations)
        connection.execute(_TABLE_OF_DIFFERENCES, {"organizations": organizations})
        _record_changes(connection, batch)
        _update_copy(connection)
        found = connection.execute("select kind, count(*) from differences group by kind")
        changed: Counter[str] = Counter(dict(found.fetchall()))
        connection.execute("drop table differences")
    return changed


def _record_changes(connection: psycopg.Connection, batch: Batch) -> None:
    connection.execute(
        """
        insert into pipeline.setting_changes (organization_id, kind, subject, value,
        zoom_account_id, batch, changed)
        select organization_id, kind, subject, value, zoom_account_id, %s, changed from differences
        """,
        [batch.number],
    )


def _update_copy(connection: psycopg.Connection) -> None:
    connection.execute(
        """
        delete from pipeline.settings using differences
        where (settings.organization_id, settings.kind, settings.subject, settings.value,
        settings.zoom_account_id)
            = (differences.organization_id, differences.kind, differences.subject,
            differences.value,
               differences.zoom_account_id)
        """
    )
    connection.execute(
        """
        insert into pipeline.settings (organization_id, kind, subject, value, zoom_account_id,
        valid)
        select organization_id, kind, subject, value, zoom_account_id, valid_now
        from differences
        where valid_now is not null
        """
    )
