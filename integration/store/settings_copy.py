"""The settings that the marts are derived from: a copy, compared in each batch with the settings as
they stand.

What differs becomes news, with the time it concerns. Comparing values finds also what `changed_at`
would hide: rows that were deleted, back-dated or written by hand.
"""

import psycopg

from integration.store.batches import Batch
from integration.store.cleaned_texts import clean_texts, texts_are_new


def take_settings(connection: psycopg.Connection, batch: Batch) -> dict[str, int]:
    """Brings the copy up to date and notes what changed, in one transaction; returns changed facts
    by kind.
    """
    with connection.transaction():
        # Everything below sees one state of the settings, whatever the page writes meanwhile.
        connection.execute("set transaction isolation level repeatable read")
        clean_texts(connection, batch)
        _find_differences(connection)
        _note_changes(connection, batch)
        _update_copy(connection)
        connection.execute(
            "update pipeline.batches set landed_at = now() where batch = %s", [batch.number]
        )
        rows = connection.execute(
            "select kind, count(*) from differences group by kind order by kind"
        )
        return dict(rows.fetchall())


def settings_have_changed(connection: psycopg.Connection) -> bool:
    """Whether a batch would find news among the settings."""
    has_differences = connection.execute(
        "select exists (select from pipeline.setting_differences)"
    ).fetchone()[0]
    return has_differences or texts_are_new(connection)


def _find_differences(connection: psycopg.Connection) -> None:
    connection.execute(
        "create temporary table differences on commit drop as select * from "
        "pipeline.setting_differences"
    )


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
