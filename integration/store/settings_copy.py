"""The settings that the marts are derived from: a copy, compared in each batch with the settings as
they stand.

What differs becomes news, with the time it concerns. Comparing values finds also what `changed_at`
would hide: rows that were deleted, back-dated or written by hand.
"""

import psycopg

from integration.store.batches import Batch


def take_settings(connection: psycopg.Connection, batch: Batch) -> dict[str, int]:
    """Brings the copy up to date and notes what changed, in one transaction; returns changed facts
    by kind.
    """
    with connection.transaction():
        # Everything below sees one state of the settings, whatever the page writes meanwhile.
        connection.execute("set transaction isolation level repeatable read")
        _note_user_emails(connection, batch)
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
    return connection.execute(
        """
        select exists (select from pipeline.setting_differences)
            or exists (
                select from worksights.users
                where lower(btrim(email)) is distinct from (
                    select user_emails.email from pipeline.user_emails
                    where user_emails.organization_id = users.organization_id
                        and user_emails.user_id = users.user_id
                    order by user_emails.known_from desc
                    limit 1
                )
            )
        """
    ).fetchone()[0]


def _note_user_emails(connection: psycopg.Connection, batch: Batch) -> None:
    connection.execute(
        """
        insert into pipeline.user_emails (organization_id, user_id, known_from, email)
        select users.organization_id, users.user_id, %s, lower(btrim(users.email))
        from worksights.users
        where lower(btrim(users.email)) is distinct from (
            select user_emails.email from pipeline.user_emails
            where user_emails.organization_id = users.organization_id
                and user_emails.user_id = users.user_id
            order by user_emails.known_from desc
            limit 1
        )
        on conflict (organization_id, user_id, known_from) do update set email = excluded.email
        """,
        [batch.as_of],
    )


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
