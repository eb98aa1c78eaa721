"""Reads the active WorkSights users to whom no Zoom user is mapped."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.users.found import with_found


@dataclass(frozen=True)
class UserWithout:
    """`total` counts all that are found, on every page."""

    user_id: str
    full_name: str
    email: str
    manager_name: str | None
    total: int


def users_without(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str,
    limit: int,
    offset: int,
) -> list[UserWithout]:
    return rows.every(
        connection,
        UserWithout,
        with_found(connection, by_entries=False) + _WITHOUT,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "sought": search,
            "limit": limit,
            "offset": offset,
        },
    )


_WITHOUT = SQL("""
    , mapped as (select distinct user_id from found where user_id is not null)
    select
        users.user_id, users.full_name, users.email, managers.full_name as manager_name,
        (count(*) over ())::integer as total
    from worksights.users
    left join worksights.users as managers
        on managers.organization_id = users.organization_id
        and managers.user_id = users.manager_user_id
    where users.organization_id = %(organization)s
        and (users.deactivated_at is null or users.deactivated_at > now())
        and not exists (select from mapped where mapped.user_id = users.user_id)
        and (
            %(sought)s::text = ''
            or strpos(
                lower(concat_ws(E'\\n', users.full_name, users.email)), lower(%(sought)s)
            ) > 0
        )
    order by lower(users.full_name), users.user_id
    limit %(limit)s offset %(offset)s
""")
