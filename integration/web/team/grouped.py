"""A team's week where an organization shows groups only: the four figures of the teams that may be
shown together, for complete weeks.

Within a running week, or between a month and its weeks, differences would be about the few people
who were in sessions on single days.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.figures.periods import Period
from integration.privacy.shown_teams import teams_shown_in
from integration.web.team.teams import EVERYBODY, Manager


@dataclass(frozen=True)
class GroupedTeam:
    """`manager` is None for everybody; `users` are the active ones with entries."""

    manager: Manager | None
    users: list[str]


def grouped_teams(
    connection: psycopg.Connection, week: Period, *, organization_id: str, now: datetime
) -> dict[str, GroupedTeam]:
    """The team in a query -> the team, in the order of their managers' names."""
    shown = teams_shown_in(
        connection, organization_id=organization_id, first=week.first, last=week.last, now=now
    )
    managers = rows.every(
        connection,
        Manager,
        """
        select user_id, full_name from worksights.users
        where organization_id = %(organization)s and user_id = any(%(users)s)
        order by lower(full_name), user_id
        """,
        {"organization": organization_id, "users": [one for one in shown if one]},
    )
    teams = {one.user_id: GroupedTeam(one, sorted(shown[one.user_id])) for one in managers}
    if None in shown:
        teams[EVERYBODY] = GroupedTeam(None, sorted(shown[None]))
    return teams
