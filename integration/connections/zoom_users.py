"""Stores imported Zoom users, one row per version: an import adds rows only for changed users."""

from collections.abc import Iterable
from datetime import datetime

import psycopg

from integration.connections.connections import Connection

COLUMNS = (
    "zoom_user_id",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "status",
)


def store_users(
    connection: psycopg.Connection,
    account: Connection,
    users: Iterable[tuple[object, ...]],
    *,
    batch: int,
    now: datetime,
    is_complete: bool = True,
) -> int:
    """Stores the users (tuples of COLUMNS) of one account that are new or changed; returns how
    many. From an incomplete list (`is_complete` False), no user is recorded as deleted.
    """
    with connection.transaction():
        connection.execute(
            """
            create temporary table imported (
                zoom_user_id text, email text, first_name text, last_name text, display_name text,
                status text
            ) on commit drop
            """
        )
        with connection.cursor().copy("copy imported from stdin") as copy:
            for user in users:
                copy.write_row(user)
        connection.execute(
            """
            insert into zoom_raw.imports
                (organization_id, zoom_account_id, imported_at, batch, is_complete)
            values (%s, %s, %s, %s, %s)
            on conflict (organization_id, zoom_account_id, imported_at) do update set
                is_complete = imports.is_complete or excluded.is_complete
            """,
            [
                account.organization_id,
                account.zoom_account_id,
                now,
                batch,
                is_complete,
            ],
        )
        if is_complete:
            _record_unlisted(connection, account, batch=batch, now=now)
        return _insert_versions(connection, account, batch=batch, now=now)


def _record_unlisted(
    connection: psycopg.Connection, account: Connection, *, batch: int, now: datetime
) -> None:
    """Adds a version with `is_listed` false for each user who is no longer on the list."""
    connection.execute(
        """
        insert into zoom_raw.users (
            organization_id, zoom_account_id, zoom_user_id, imported_at, batch, is_listed,
            email, first_name, last_name, display_name, status
        )
        select
            organization_id, zoom_account_id, zoom_user_id, %(now)s, %(batch)s, false,
            email, first_name, last_name, display_name, status
        from (
            select distinct on (zoom_user_id) * from zoom_raw.users
            where organization_id = %(organization)s and zoom_account_id = %(account)s
            order by zoom_user_id, imported_at desc
        ) as latest
        where is_listed and zoom_user_id not in (select zoom_user_id from imported)
        on conflict (organization_id, zoom_account_id, zoom_user_id, imported_at) do update set
            is_listed = false, batch = excluded.batch
        """,
        {
            "organization": account.organization_id,
            "account": account.zoom_account_id,
            "now": now,
            "batch": batch,
        },
    )


def _insert_versions(
    connection: psycopg.Connection, account: Connection, *, batch: int, now: datetime
) -> int:
    return connection.execute(
        """
        insert into zoom_raw.users (
            organization_id, zoom_account_id, zoom_user_id, imported_at, batch,
            email, first_name, last_name, display_name, status
        )
        select
            %(organization)s, %(account)s, zoom_user_id, %(now)s, %(batch)s,
            email, first_name, last_name, display_name, status
        from imported
        where not exists (
            select from (
                select * from zoom_raw.users as known
                where known.organization_id = %(organization)s
                    and known.zoom_account_id = %(account)s
                    and known.zoom_user_id = imported.zoom_user_id
                order by known.imported_at desc
                limit 1
            ) as latest
            where latest.is_listed and (
                latest.email, latest.first_name, latest.last_name, latest.display_name,
                latest.status
            ) is not distinct from (
                imported.email, imported.first_name, imported.last_name, imported.display_name,
                imported.status
            )
        )
        on conflict (organization_id, zoom_account_id, zoom_user_id, imported_at) do update set
            is_listed = true,
            email = excluded.email,
            first_name = excluded.first_name,
            last_name = excluded.last_name,
            display_name = excluded.display_name,
            status = excluded.status,
            batch = excluded.batch
        """,
        {
            "organization": account.organization_id,
            "account": account.zoom_account_id,
            "now": now,
            "batch": batch,
        },
    ).rowcount


def store_phone_users(
    connection: psycopg.Connection,
    account: Connection,
    users: Iterable[tuple[str, str | None, str | None]],
    *,
    batch: int,
    now: datetime,
    is_complete: bool = True,
) -> int:
    """Stores (zoom_user_id, extension_id, extension_number) of one account if new or changed.

    A user who is missing from a complete list gets a version without an extension.
    """
    with connection.transaction():
        connection.execute(
            """
            create temporary table imported_phone_users (
                zoom_user_id text, extension_id text, extension_number text
            ) on commit drop
            """
        )
        with connection.cursor().copy("copy imported_phone_users from stdin") as copy:
            for user in users:
                copy.write_row(user)
        return connection.execute(
            """
            with latest as (
                select distinct on (zoom_user_id) zoom_user_id, extension_id, extension_number
                from zoom_raw.phone_users
                where organization_id = %(organization)s and zoom_account_id = %(account)s
                order by zoom_user_id, imported_at desc
            )
            insert into zoom_raw.phone_users (
                organization_id, zoom_account_id, zoom_user_id, imported_at, batch,
                extension_id, extension_number
            )
            select
                %(organization)s, %(account)s, zoom_user_id, %(now)s, %(batch)s,
                imported.extension_id, imported.extension_number
            from imported_phone_users as imported
            full outer join latest using (zoom_user_id)
            where (%(is_complete)s or imported.zoom_user_id is not null)
                and (imported.extension_id, imported.extension_number)
                is distinct from (latest.extension_id, latest.extension_number)
            on conflict (organization_id, zoom_account_id, zoom_user_id, imported_at) do update set
                extension_id = excluded.extension_id,
                extension_number = excluded.extension_number,
                batch = excluded.batch
            """,
            {
                "organization": account.organization_id,
                "account": account.zoom_account_id,
                "now": now,
                "batch": batch,
                "is_complete": is_complete,
            },
        ).rowcount


def zoom_users_with_emails(
    connection: psycopg.Connection, organization_id: str
) -> list[tuple[str, str | None]]:
    """(zoom_user_id, email) of every version of an organization's Zoom users."""
    return connection.execute(
        """
        select zoom_user_id, email from zoom_raw.users where organization_id = %(organization)s
        union
        select zoom_user_id, null from zoom_raw.phone_users
        where organization_id = %(organization)s
        """,
        {"organization": organization_id},
    ).fetchall()


def delete_zoom_users(
    connection: psycopg.Connection,
    organization_id: str,
    users: Iterable[tuple[str, str | None]],
) -> int:
    """Deletes the versions (zoom_user_id, email) of Zoom users; a pair without an email also
    deletes the phone user.
    """
    ids, emails = zip(*users, strict=True) if users else ((), ())
    values = {"organization": organization_id, "ids": list(ids), "emails": list(emails)}
    deleted = connection.execute(
        """
        delete from zoom_raw.users
        using unnest(%(ids)s::text[], %(emails)s::text[]) as deleted (zoom_user_id, email)
        where users.organization_id = %(organization)s
            and users.zoom_user_id = deleted.zoom_user_id
            and users.email is not distinct from deleted.email
        """,
        values,
    ).rowcount
    return (
        deleted
        + connection.execute(
            """
            delete from zoom_raw.phone_users
            using unnest(%(ids)s::text[], %(emails)s::text[]) as deleted (zoom_user_id, email)
            where phone_users.organization_id = %(organization)s
                and phone_users.zoom_user_id = deleted.zoom_user_id
                and deleted.email is null
            """,
            values,
        ).rowcount
    )
