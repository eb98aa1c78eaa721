"""Whom a digest is about, and what the organization's privacy settings allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.directory.reports import reports_of
from integration.directory.rights import Right, may
from integration.figures.periods import Days
from integration.privacy.settings import privacy_settings
from integration.privacy.shown_teams import teams_shown_in


@dataclass(frozen=True)
class Group:
    """`users` are the ids for the figures, None for everybody; `active` are those of them who are
    active now. Without `is_compared`, nothing may be said about the week before.
    """

    is_everybody: bool
    users: Sequence[str] | None
    active: frozenset[str]
    is_compared: bool


def group_of(
    connection: psycopg.Connection,
    reader: str,
    role: str,
    week: Days,
    *,
    organization_id: str,
    now: datetime,
) -> Group | None:
    """Everybody for those who may see everybody's timeline, else those who report to the reader;
    None if there is nobody, or nothing may be shown about them.
    """
    privacy = privacy_settings(connection, organization_id)
    if privacy.processing == "held":
        return None
    is_everybody = may(role, Right.SEE_EVERY_TIMELINE)
    if privacy.shows_groups_only:
        return _shown_group(
            connection, None if is_everybody else reader, week,
            organization_id=organization_id, now=now,
        )  # fmt: skip
    active = _active_users(connection, organization_id=organization_id, now=now)
    if is_everybody:
        return Group(True, None, active, is_compared=True) if active else None
    reports = reports_of(connection, reader, organization_id=organization_id)
    of_them = active & reports
    return Group(False, sorted(reports), of_them, is_compared=True) if of_them else None


def _shown_group(
    connection: psycopg.Connection,
    manager: str | None,
    week: Days,
    *,
    organization_id: str,
    now: datetime,
) -> Group | None:
    """A team with at least five active users who were in sessions in the week: if only one of five
    was, the figures would be about that one. The week before is not compared: it would be in two
    mails, and the first of them may have been about one more person.
    """
    shown = teams_shown_in(
        connection, organization_id=organization_id, first=week.first, last=week.last, now=now
    )
    if manager not in shown:
        return None
    return Group(manager is None, sorted(shown[manager]), shown[manager], is_compared=False)


def _active_users(
    connection: psycopg.Connection, *, organization_id: str, now: datetime
) -> frozenset[str]:
    return frozenset(
        rows.scalars(
            connection,
            str,
            """
            select user_id from worksights.users
            where organization_id = %(organization)s
                and (deactivated_at is null or deactivated_at > %(now)s)
            """,
            {"organization": organization_id, "now": now},
        )
    )
