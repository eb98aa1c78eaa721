"""What is held about the viewer, as counts, and who may see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.directory.reports import managers_of
from integration.directory.rights import RIGHTS, ROLE_NAMES, Right
from integration.pipeline.marts import marts_exist
from integration.web.page.closed_rights import closed_rights
from integration.web.page.visit import Visit
from integration.web.privacy.routes import OF_REPORTS, SEEN

NAMES_SHOWN = 10


@dataclass(frozen=True)
class HeldCount:
    """`what` is one of the words below; the times are None if nothing is held."""

    what: str
    items: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class Seers:
    """The active users of one role, what they may see of the viewer, and their names if they are
    few.
    """

    role: str
    users: int
    names: list[str]
    seen: list[str]


def held_about(visit: Visit, connection: psycopg.Connection) -> list[HeldCount]:
    """The counts of the viewer's own rows; empty before the first update."""
    if not marts_exist(connection):
        return []
    return rows.every(
        connection,
        HeldCount,
        _COUNTS,
        {"organization": visit.viewer.organization_id, "user": visit.viewer.user_id},
    )


def seers_of(visit: Visit, connection: psycopg.Connection) -> list[Seers]:
    """Every role that may see something of the viewer, as the privacy settings leave it open: of
    the Managers, those whom the viewer reports to.
    """
    open_rights = {
        right: what for right, what in SEEN.items() if right not in closed_rights(visit.privacy)
    }
    seen = {
        role: [
            what
            for right, what in open_rights.items()
            if right in rights and not (right in OF_REPORTS and Right.SEE_EVERY_TIMELINE in rights)
        ]
        for role, rights in RIGHTS.items()
    }
    managers = managers_of(
        connection, visit.viewer.user_id, organization_id=visit.viewer.organization_id
    )
    users = _active_users(visit, connection, [role for role in seen if seen[role]], managers)
    return [
        Seers(
            ROLE_NAMES[role],
            len(users[role]),
            users[role] if len(users[role]) <= NAMES_SHOWN else [],
            whats,
        )
        for role, whats in seen.items()
        if whats and users[role]
    ]


def _active_users(
    visit: Visit, connection: psycopg.Connection, roles: list[str], managers: Collection[str]
) -> Mapping[str, list[str]]:
    """Role -> the names of its active users."""
    users: dict[str, list[str]] = {role: [] for role in roles}
    found = connection.execute(
        """
        select role, full_name from worksights.users
        where organization_id = %s and role = any(%s)
            and (deactivated_at is null or deactivated_at > %s)
            and (role <> 'manager' or user_id = any(%s))
        order by full_name, user_id
        """,
        [visit.viewer.organization_id, roles, visit.now, list(managers)],
    )
    for role, full_name in found:
        users[role].append(full_name)
    return users


_COUNTS = """
    with own_participants as (
        select session_id, email, joined_at, left_at from timeline.participants
        where organization_id = %(organization)s and user_id = %(user)s
    ),
    counts as (
        select
            1 as place, 'Sessions' as what, count(distinct session_id) as items,
            min(joined_at) as first_at, max(left_at) as last_at
        from own_participants
        union all
        select 2, 'Entries on your timeline', count(*), min(started_at), max(ended_at)
        from timeline.activities
        where organization_id = %(organization)s and user_id = %(user)s
        union all
        select
            3, 'External people you met', count(*), min(first_met_at), max(last_met_at)
        from clientsights.relationships
        where organization_id = %(organization)s and user_id = %(user)s
        union all
        select
            4, 'Email addresses you used in Zoom', count(distinct email),
            min(joined_at) filter (where email is not null),
            max(left_at) filter (where email is not null)
        from own_participants
    )
    select what, items, first_at, last_at from counts
    order by place
"""
