"""Whom a digest is about, and what the organization's privacy settings allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.directory.reports import reports_of
from integration.directory.rights import Right, may
from integration.figures.periods import Days
from integration.privacy.groups import teams_shown
from integration.privacy.settings import privacy_settings


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
    _, active = _users(connection, week, organization_id=organization_id, now=now)
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
    """A team of at least five active users who were in sessions in the week: of five of whom one
    was, the figures would be about one. The week before would be in two mails, and may have been
    about one person more in the first.
    """
    managers, active = _users(
        connection, week, organization_id=organization_id, now=now, are_counted=True
    )
    shown = teams_shown(managers, active)
    if manager not in shown:
        return None
    return Group(manager is None, sorted(shown[manager]), shown[manager], is_compared=False)


def _users(
    connection: psycopg.Connection,
    week: Days,
    *,
    organization_id: str,
    now: datetime,
    are_counted: bool = False,
) -> tuple[dict[str, str | None], frozenset[str]]:
    """User -> manager, and the active ones, with `are_counted` those with entries in the week."""
    found = connection.execute(
        """
        select
            users.user_id, users.manager_user_id,
            (users.deactivated_at is null or users.deactivated_at > %(now)s) and (
                not %(are_counted)s or exists (
                    select from timeline.user_days
                    where user_days.organization_id = users.organization_id
                        and user_days.user_id = users.user_id
                        and user_days.day between %(first)s and %(last)s
                )
            )
        from worksights.users where users.organization_id = %(organization)s
        """,
        {
            "organization": organization_id,
            "now": now,
            "are_counted": are_counted,
            "first": week.first,
            "last": week.last,
        },
    ).fetchall()
    managers = {user: manager for user, manager, _ in found}
    return managers, frozenset(user for user, _, is_active in found if is_active)
