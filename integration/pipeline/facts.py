"""The settings that the marts are derived from: a copy, compared in each batch with the settings as
they stand.

What differs becomes news, with the time it concerns. Comparing values finds also what `changed_at`
would hide: rows that were deleted, back-dated or written by hand.
"""

from collections import Counter

import psycopg

from integration.database import rows
from integration.pipeline.batches import Batch
from integration.pipeline.cleaned_texts import clean_texts, texts_are_new
from integration.pipeline.failed_steps import DATA_ERRORS, note_failed_organizations

STEP = "pipeline.settings"


def take_settings(connection: psycopg.Connection, batch: Batch) -> dict[str, int]:
    """Brings the copy up to date and notes what changed, in one transaction; returns changed facts
    by kind.

    Where that fails on data it is done for each organization alone. One that fails keeps the copy
    it has, and is tried again by the next batch.
    """
    changed: Counter[str] = Counter()
    errors: dict[str, str] = {}
    with connection.transaction():
        # Everything below sees one state of the settings, whatever the page writes meanwhile.
        connection.execute("set transaction isolation level repeatable read")
        try:
            changed = _take(connection, batch, None)
        except DATA_ERRORS:
            for organization_id in _organizations(connection):
                try:
                    changed += _take(connection, batch, [organization_id])
                except DATA_ERRORS as error:
                    errors[organization_id] = error.sqlstate or type(error).__name__
        note_failed_organizations(connection, STEP, errors, batch)
        connection.execute(
            "update pipeline.batches set landed_at = now() where batch = %s", [batch.number]
        )
    return dict(sorted(changed.items()))


def settings_have_changed(connection: psycopg.Connection) -> bool:
    """Whether a batch would find news among the settings; also when it could not be found out."""
    try:
        with connection.transaction():
            has_differences = rows.scalar(
                connection, bool, "select exists (select from pipeline.setting_differences)"
            )
            return has_differences or texts_are_new(connection)
    except DATA_ERRORS:
        return True


def _organizations(connection: psycopg.Connection) -> list[str]:
    return rows.scalars(
        connection,
        str,
        "select organization_id from worksights.organizations order by organization_id",
    )


def _take(
    connection: psycopg.Connection, batch: Batch, organizations: list[str] | None
) -> Counter[str]:
    """Of these organizations, or of all; changed facts by kind."""
    with connection.transaction():
        clean_texts(connection, batch, organizations)
        connection.execute(
            "create temporary table differences on commit drop as "
            "select * from pipeline.setting_differences_of(%s)",
            [organizations],
        )
        _note_changes(connection, batch)
        _update_copy(connection)
        found = connection.execute("select kind, count(*) from differences group by kind")
        changed: Counter[str] = Counter(dict(found.fetchall()))
        connection.execute("drop table differences")
    return changed


def _note_changes(connection: psycopg.Connection, batch: Batch) -> None:
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
