"""The teams that a viewer may choose: everybody, or all who report to a manager."""

from dataclasses import dataclass

import psycopg

from integration.database import rows
from integration.directory.profiles import profile_of
from integration.directory.reports import reports_of
from integration.directory.rights import Right
from integration.web.page.reach import Reach, reach_of
from integration.web.page.refusals import forbidden, not_found
from integration.web.page.visit import Visit

EVERYBODY = ""  # in the query


@dataclass(frozen=True)
class Manager:
    user_id: str
    full_name: str


@dataclass(frozen=True)
class Team:
    """`manager` is None for everybody; `users` are the ids of its people, None for everybody.
    `others` are the managers whose teams the viewer may choose, without the viewer.
    """

    manager: Manager | None
    users: list[str] | None
    others: list[Manager]

    @property
    def value(self) -> str:
        """As in the query."""
        return self.manager.user_id if self.manager else EVERYBODY


def team_of(connection: psycopg.Connection, visit: Visit) -> Team:
    """The team that the query asks for. A viewer who may not see everybody sees those who report
    to them; the ids of other organizations are not found.
    """
    organization_id, viewer = visit.viewer.organization_id, visit.viewer
    reach = reach_of(connection, visit)
    own = None if reach.everybody else Manager(viewer.user_id, viewer.full_name)
    manager = _asked(connection, visit, reach) or own
    users = None
    if manager is not None:
        reports = (
            reach.reports
            if manager is own
            else reports_of(connection, manager.user_id, organization_id=organization_id)
        )
        users = sorted(reports)
    return Team(manager, users, _managers(connection, organization_id, reach))


def _asked(connection: psycopg.Connection, visit: Visit, reach: Reach) -> Manager | None:
    asked = visit.query("team")
    if not asked:
        return None
    found = profile_of(connection, asked, organization_id=visit.viewer.organization_id)
    if found is None:
        raise not_found()
    if not reach.covers(found.user_id):
        raise forbidden(Right.SEE_EVERY_TIMELINE)
    return Manager(found.user_id, found.full_name)


def _managers(connection: psycopg.Connection, organization_id: str, reach: Reach) -> list[Manager]:
    return rows.every(
        connection,
        Manager,
        """
        select users.user_id, users.full_name from worksights.users
        where users.organization_id = %(organization)s
            and (%(among)s::text[] is null or users.user_id = any(%(among)s))
            and users.user_id <> %(viewer)s
            and exists (
                select from worksights.users as reports
                where reports.organization_id = users.organization_id
                    and reports.manager_user_id = users.user_id
            )
        order by lower(users.full_name), users.user_id
        """,
        {
            "organization": organization_id,
            "among": None if reach.everybody else sorted(reach.reports),
            "viewer": reach.viewer if not reach.everybody else "",
        },
    )
