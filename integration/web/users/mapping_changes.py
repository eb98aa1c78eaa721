"""Reads and writes manual mappings in `integration.mapping_changes`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows


@dataclass(frozen=True)
class NewMapping:
    """`user_id` None is "nobody", or with `is_by_email` whoever has the Zoom user's email."""

    zoom_user_id: str
    zoom_account_id: str
    user_id: str | None
    effective_from: datetime
    is_by_email: bool = False


@dataclass(frozen=True)
class MappingChange:
    """`user_id` None is "nobody", or with `is_by_email` whoever has the email; a name is None if
    the user does not exist (or no longer does). `can_be_undone` is true for the latest change.
    """

    change_id: int
    user_id: str | None
    is_by_email: bool
    user_name: str | None
    effective_from: datetime
    changed_by: str
    changed_by_name: str | None
    changed_at: datetime
    can_be_undone: bool


def map_zoom_users(
    connection: psycopg.Connection,
    mappings: Sequence[NewMapping],
    *,
    organization_id: str,
    changed_by: str,
) -> int | None:
    """Maps Zoom users, each effective from its time on. Returns the id of the first row, by which
    the change can be undone; None if nothing was to be mapped.

    Of rows with the same time, the one inserted last applies. So this also overwrites all changes
    between that time and now; otherwise the earliest of them would end this one.
    """
    return _inserted(connection, _MAP, mappings, organization_id, changed_by)


def add_mappings(
    connection: psycopg.Connection,
    mappings: Sequence[NewMapping],
    *,
    organization_id: str,
    changed_by: str,
) -> int | None:
    """As map_zoom_users, but each applies only until the next change, as when one is undone."""
    return _inserted(connection, _ADD, mappings, organization_id, changed_by)


def _inserted(
    connection: psycopg.Connection,
    statement: SQL,
    mappings: Sequence[NewMapping],
    organization_id: str,
    changed_by: str,
) -> int | None:
    added = rows.scalars(
        connection,
        int,
        statement,
        {
            "organization": organization_id,
            "accounts": [one.zoom_account_id for one in mappings],
            "zoom_users": [one.zoom_user_id for one in mappings],
            "users": [one.user_id for one in mappings],
            "by_email": [one.is_by_email for one in mappings],
            "since": [one.effective_from for one in mappings],
            "changed_by": changed_by,
        },
    )
    return min(added, default=None)


def mapping_history(
    connection: psycopg.Connection, zoom_user_id: str, *, organization_id: str
) -> list[MappingChange]:
    """The effective-dated mappings, the latest first, without overwritten rows."""
    return rows.every(
        connection,
        MappingChange,
        _HISTORY,
        {"organization": organization_id, "zoom_user": zoom_user_id},
    )


_ADD = SQL("""
    insert into integration.mapping_changes
        (zoom_account_id, zoom_user_id, user_id, is_by_email, effective_from, changed_by)
    select
        zoom_account_id, zoom_user_id, user_id, is_by_email, effective_from, %(changed_by)s
    from unnest(
        %(accounts)s::text[], %(zoom_users)s::text[], %(users)s::text[], %(by_email)s::boolean[],
        %(since)s::timestamptz[]
    ) as mappings (zoom_account_id, zoom_user_id, user_id, is_by_email, effective_from)
    order by effective_from, zoom_user_id
    returning change_id
""")
_MAP = SQL("""
    insert into integration.mapping_changes
        (zoom_account_id, zoom_user_id, user_id, is_by_email, effective_from, changed_by)
    select
        mappings.zoom_account_id, mappings.zoom_user_id, mappings.user_id, mappings.is_by_email,
        moments.effective_from, %(changed_by)s
    from unnest(
        %(accounts)s::text[], %(zoom_users)s::text[], %(users)s::text[], %(by_email)s::boolean[],
        %(since)s::timestamptz[]
    ) as mappings (zoom_account_id, zoom_user_id, user_id, is_by_email, effective_from)
    cross join lateral (
        select mappings.effective_from
        union
        select earlier.effective_from from integration.mapping_changes as earlier
        where earlier.zoom_account_id in (
                select zoom_account_id from integration.connections
                where organization_id = %(organization)s
            )
            and earlier.zoom_user_id = mappings.zoom_user_id
            and earlier.effective_from > mappings.effective_from
            and earlier.effective_from <= now()
    ) as moments
    order by moments.effective_from, mappings.zoom_user_id
    returning change_id
""")
_HISTORY = SQL("""
    with applied as (
        select distinct on (effective_from)
            change_id, user_id, is_by_email, effective_from, changed_by, changed_at
        from integration.mapping_changes
        where zoom_account_id in (
                select zoom_account_id from integration.connections
                where organization_id = %(organization)s
            )
            and zoom_user_id = %(zoom_user)s
        order by effective_from desc, changed_at desc, change_id desc
    )
    select
        applied.change_id, applied.user_id, applied.is_by_email, mapped.full_name as user_name,
        applied.effective_from, applied.changed_by, authors.full_name as changed_by_name,
        applied.changed_at, applied.change_id = max(applied.change_id) over () as can_be_undone
    from applied
    left join worksights.users as mapped
        on mapped.organization_id = %(organization)s and mapped.user_id = applied.user_id
    left join worksights.users as authors
        on authors.organization_id = %(organization)s and authors.user_id = applied.changed_by
    order by applied.effective_from desc
""")
