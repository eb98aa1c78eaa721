"""Reads and writes manual mappings in `integration.mapping_changes`."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows


@dataclass(frozen=True)
class MappingChange:
    """`user_id` None is "nobody"; a name is None if the user does not exist (any more)."""

    user_id: str | None
    user_name: str | None
    effective_from: datetime
    changed_by: str
    changed_by_name: str | None
    changed_at: datetime


def map_zoom_user(
    connection: psycopg.Connection,
    zoom_user_id: str,
    *,
    organization_id: str,
    zoom_account_id: str,
    user_id: str | None,
    effective_from: datetime,
    changed_by: str,
) -> None:
    """Maps a Zoom user, effective from that time on; `user_id` None is "nobody".

    Of rows with the same time, the one inserted last applies. So this also overwrites all changes
    between that time and now; otherwise the earliest of them would end this one.
    """
    connection.execute(
        """
        insert into integration.mapping_changes
            (zoom_account_id, zoom_user_id, user_id, effective_from, changed_by)
        select %(account)s, %(zoom_user)s, %(user)s, moments.effective_from, %(changed_by)s
        from (
            select %(effective_from)s as effective_from
            union
            select effective_from from integration.mapping_changes
            where zoom_account_id in (
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and zoom_user_id = %(zoom_user)s
                and effective_from > %(effective_from)s and effective_from <= now()
        ) as moments
        order by moments.effective_from
        """,
        {
            "organization": organization_id,
            "account": zoom_account_id,
            "zoom_user": zoom_user_id,
            "user": user_id,
            "effective_from": effective_from,
            "changed_by": changed_by,
        },
    )


def mapping_history(
    connection: psycopg.Connection, zoom_user_id: str, *, organization_id: str
) -> list[MappingChange]:
    """The effective-dated mappings, the latest first, without overwritten rows."""
    return rows.every(
        connection,
        MappingChange,
        """
        with applied as (
            select distinct on (effective_from) user_id, effective_from, changed_by, changed_at
            from integration.mapping_changes
            where zoom_account_id in (
                    select zoom_account_id from integration.connections
                    where organization_id = %(organization)s
                )
                and zoom_user_id = %(zoom_user)s
            order by effective_from desc, changed_at desc, change_id desc
        )
        select
            applied.user_id, mapped.full_name as user_name, applied.effective_from,
            applied.changed_by, authors.full_name as changed_by_name, applied.changed_at
        from applied
        left join worksights.users as mapped
            on mapped.organization_id = %(organization)s and mapped.user_id = applied.user_id
        left join worksights.users as authors
            on authors.organization_id = %(organization)s and authors.user_id = applied.changed_by
        order by applied.effective_from desc
        """,
        {"organization": organization_id, "zoom_user": zoom_user_id},
    )
