"""The teams whose week may be shown where an organization shows groups only (groups.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from integration.database import rows
from integration.privacy.groups import teams_shown


@dataclass(frozen=True)
class _User:
    user_id: str
    manager_user_id: str | None
    is_counted: bool


def teams_shown_in(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    first: date,
    last: date,
    now: datetime,
) -> Mapping[str | None, frozenset[str]]:
    """Manager -> the users of their team who count, as in `teams_shown`: active ones with entries
    on these days. A figure about five people of whom one was in sessions is about one.
    """
    found = rows.every(
        connection,
        _User,
        """
        select
            users.user_id, users.manager_user_id,
            (users.deactivated_at is null or users.deactivated_at > %(now)s) and exists (
                select from timeline.user_days
                where user_days.organization_id = users.organization_id
                    and user_days.user_id = users.user_id
                    and user_days.day between %(first)s and %(last)s
            ) as is_counted
        from worksights.users
        where users.organization_id = %(organization)s
        """,
        {"organization": organization_id, "first": first, "last": last, "now": now},
    )
    return teams_shown(
        {one.user_id: one.manager_user_id for one in found},
        {one.user_id for one in found if one.is_counted},
    )
