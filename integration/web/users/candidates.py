"""Profiles that a Zoom user could be mapped to, with what distinguishes people of one name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.profiles import Profile
from integration.web.users.found import with_found


@dataclass(frozen=True)
class Candidate:
    """`manager_name` is who they report to; `zoom_user` is the name of a Zoom user that is mapped
    to them already.
    """

    user_id: str
    full_name: str
    email: str
    deactivated_at: datetime | None
    manager_name: str | None
    zoom_user: str | None


def candidates_of(
    connection: psycopg.Connection, profiles: Sequence[Profile], *, organization_id: str
) -> list[Candidate]:
    """These profiles, in the same order."""
    if not profiles:
        return []
    return rows.every(
        connection,
        Candidate,
        with_found(connection, by_entries=False) + _CANDIDATES,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "users": [one.user_id for one in profiles],
        },
    )


_CANDIDATES = SQL("""
    , holders as (
        select user_id, min(coalesce(display_name, email, zoom_user_id)) as zoom_user
        from found
        where user_id = any(%(users)s)
        group by user_id
    )
    select
        users.user_id, users.full_name, users.email, users.deactivated_at,
        managers.full_name as manager_name, holders.zoom_user
    from unnest(%(users)s::text[]) with ordinality as asked (user_id, place)
    inner join worksights.users
        on users.organization_id = %(organization)s and users.user_id = asked.user_id
    left join worksights.users as managers
        on managers.organization_id = %(organization)s
        and managers.user_id = users.manager_user_id
    left join holders on holders.user_id = users.user_id
    order by asked.place
""")
