"""A team's week where an organization shows groups only: the four figures of teams of at least five
active users with entries, for complete weeks.

A group of five of whom one was in sessions is about one person, so only users with entries in the
week count towards the five. Within a running week, or between a month and its weeks, differences
would be about the few people who were in sessions on single days.
"""

from dataclasses import dataclass

import psycopg

from integration.database import rows
from integration.figures.periods import Period
from integration.privacy.groups import teams_shown
from integration.web.team.teams import Manager


@dataclass(frozen=True)
class GroupedTeam:
    """`manager` is None for everybody; `users` are the active ones with entries."""

    manager: Manager | None
    users: list[str]


@dataclass(frozen=True)
class _User:
    user_id: str
    full_name: str
    manager_user_id: str | None
    is_counted: bool


def grouped_teams(
    connection: psycopg.Connection, week: Period, *, organization_id: str
) -> dict[str, GroupedTeam]:
    """Manager's id -> the team, for the teams that may be shown together; "" is everybody. They are
    in the order of their managers' names.
    """
    found = rows.every(
        connection,
        _User,
        """
        select
            users.user_id, users.full_name, users.manager_user_id,
            (users.deactivated_at is null or users.deactivated_at > now()) and exists (
                select from timeline.user_days
                where user_days.organization_id = users.organization_id
                    and user_days.user_id = users.user_id
                    and user_days.day between %(first)s and %(last)s
            ) as is_counted
        from worksights.users
        where users.organization_id = %(organization)s
        order by lower(users.full_name), users.user_id
        """,
        {"organization": organization_id, "first": week.first, "last": week.last},
    )
    shown = teams_shown(
        {one.user_id: one.manager_user_id for one in found},
        {one.user_id for one in found if one.is_counted},
    )
    managers = [None, *(Manager(one.user_id, one.full_name) for one in found)]
    return {
        manager.user_id if manager else "": GroupedTeam(
            manager, sorted(shown[manager.user_id if manager else None])
        )
        for manager in managers
        if (manager.user_id if manager else None) in shown
    }
