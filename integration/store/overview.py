"""The numbers of the Overview tab."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class Overview:
    """Users of the organization's connected accounts, and the last batch that finished."""

    zoom_users: int
    mapped_users: int
    last_batch_at: datetime | None


def overview_of(connection: psycopg.Connection, *, organization_id: str) -> Overview:
    """A Zoom user counts as mapped by the newest manual mapping, else by an email of an active
    WorkSights user.
    """
    cursor = connection.cursor(row_factory=class_row(Overview))
    return cursor.execute(
        """
        with accounts as (
            select zoom_account_id from integration.connections
            where organization_id = %(organization)s and disconnected_at is null
        ),
        zoom_users as (
            select distinct on (zoom_account_id, zoom_user_id)
                zoom_account_id, zoom_user_id, lower(email) as email
            from zoom_raw.users
            inner join accounts using (zoom_account_id)
            where organization_id = %(organization)s
            order by zoom_account_id, zoom_user_id, imported_at desc
        ),
        manual as (
            select distinct on (zoom_user_id) zoom_user_id, user_id
            from integration.mapping_changes
            inner join accounts using (zoom_account_id)
            where effective_from <= now()
            order by zoom_user_id, effective_from desc, changed_at desc, change_id desc
        )
        select
            count(*) as zoom_users,
            count(*) filter (
                where case
                    when manual.zoom_user_id is not null then manual.user_id is not null
                    else exists (
                        select from worksights.users
                        where users.organization_id = %(organization)s
                            and lower(users.email) = zoom_users.email
                            and users.deactivated_at is null
                    )
                end
            ) as mapped_users,
            (select max(finished_at) from pipeline.batches) as last_batch_at
        from zoom_users
        left join manual using (zoom_user_id)
        """,
        {"organization": organization_id},
    ).fetchone()
