"""Writes the Monday digest: figures and links, and no name of a person, client or topic.

Everything is looked up when the mail is sent: who may still see a team's week, and what the privacy
settings allow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import quote

import psycopg

from integration.database import rows
from integration.database.postgres import transaction
from integration.directory.reports import reports_of
from integration.directory.rights import Right, may
from integration.directory.time_zones import zone_of
from integration.notify.digest_days import WEEK
from integration.notify.digest_due import DIGEST, prepare_digests
from integration.notify.message import Letter
from integration.notify.movements import figures, movements
from integration.notify.sender import Kind, Sender
from integration.notify.server import mail_server
from integration.notify.waiting import Mail
from integration.notify.week_figures import WeekFigures, figures_exist, week_figures
from integration.notify.writing import letter
from integration.privacy.access_log import Act, record_access
from integration.privacy.groups import SMALLEST_GROUP, teams_shown
from integration.privacy.settings import privacy_settings
from integration.settings import Settings
from integration.sign_in.signing import Signing


@dataclass(frozen=True)
class _Reader:
    """Whoever gets the digest: an active user who still wants it."""

    organization_id: str
    user_id: str
    email: str
    role: str
    time_zone: str
    subscription_id: int


@dataclass(frozen=True)
class _Group:
    """Whom the figures are about. `users` is None for everybody; `active` are those of them who are
    active now. Without `is_compared`, there is nothing about the week before.
    """

    users: frozenset[str] | None
    active: frozenset[str]
    is_compared: bool


def send_digests(settings: Settings, url: str, *, clock: Callable[[], datetime]) -> tuple[int, int]:
    """Prepares the digests that are due, and sends what waits. Returns how many were prepared, and
    how many were sent; nothing without a mail server.
    """
    server = mail_server(settings)
    if server is None:
        return 0, 0
    in_transaction = partial(transaction, url, role="pipeline")
    with in_transaction() as connection:
        prepared = prepare_digests(connection, now=clock())
    kinds = {DIGEST: digest_mails(settings)}
    return prepared, Sender(in_transaction, server, kinds, clock).send_waiting()


def digest_mails(settings: Settings) -> Kind:
    """Nobody gets a digest twice, so one that may have been sent is not sent again."""
    signing = Signing(settings.session_keys)

    def write(connection: psycopg.Connection, mail: Mail, now: datetime) -> Sequence[Letter]:
        reader = _reader(connection, mail, now=now)
        if reader is None or mail.monday is None or not may(reader.role, Right.SEE_TEAM):
            return []
        group = _group_of(connection, reader, now=now)
        if group is None or not figures_exist(connection):
            return []
        last, before = (
            week_figures(
                connection,
                reader.organization_id,
                mail.monday - WEEK * ago,
                users=group.users,
                zone=zone_of(reader.time_zone),
            )
            for ago in (1, 2)
        )
        if last.is_empty and before.is_empty:
            return []
        _record(connection, reader, group, monday=mail.monday)
        token = signing.signed(str(reader.subscription_id), purpose="digest")
        return [_letter(settings.public_url, reader, group, mail.monday, last, before, token)]

    return Kind(write, is_repeatable=False)


def _letter(
    public_url: str,
    reader: _Reader,
    group: _Group,
    monday: date,
    last: WeekFigures,
    before: WeekFigures,
    token: str,
) -> Letter:
    compared = before if group.is_compared else None
    team = f"{public_url}/team?week={monday - WEEK}"
    pages = {
        "team": team,
        "clients": f"{public_url}/clients",
        "quiet": f"{public_url}/clients?show=quiet",
    }
    if not may(reader.role, Right.SEE_CLIENTS):
        pages = dict.fromkeys(pages, team)
    stop = f"{public_url}/digest/stop?token={quote(token)}"
    headers = {"List-Unsubscribe": f"<{stop}>"}
    if stop.startswith("https:"):  # RFC 8058 allows nothing else
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return letter(
        "digest",
        to=reader.email,
        headers=headers,
        week=_days(monday - WEEK),
        week_before=_days(monday - 2 * WEEK),
        people=len(group.active),
        is_everybody=group.users is None,
        is_compared=group.is_compared,
        figures=figures(last, compared),
        movements=[(one.text, pages[one.page]) for one in movements(last, compared)]
        if compared
        else [],
        team=team,
        stop=stop,
        account=f"{public_url}/account",
    )


def _reader(connection: psycopg.Connection, mail: Mail, *, now: datetime) -> _Reader | None:
    return rows.maybe_one(
        connection,
        _Reader,
        """
        select
            users.organization_id, users.user_id, users.email, users.role, users.time_zone,
            subscriptions.subscription_id
        from integration.digest_subscriptions as subscriptions
        inner join worksights.users using (organization_id, user_id)
        where subscriptions.organization_id = %(organization)s
            and subscriptions.user_id = %(user)s
            and subscriptions.is_on
            and (users.deactivated_at is null or users.deactivated_at > %(now)s)
        """,
        {"organization": mail.organization_id, "user": mail.user_id, "now": now},
    )


def _group_of(connection: psycopg.Connection, reader: _Reader, *, now: datetime) -> _Group | None:
    """Everybody for those who may see everybody's timeline, else those who report to the reader;
    None if there is nobody, or nothing may be shown about them.
    """
    privacy = privacy_settings(connection, reader.organization_id)
    if privacy.processing == "held":
        return None
    sees_all = may(reader.role, Right.SEE_EVERY_TIMELINE)
    manager_of, active = _users(connection, reader.organization_id, now=now)
    reports = reports_of(connection, reader.user_id, organization_id=reader.organization_id)
    users = None if sees_all else reports
    of_group = active if users is None else active & users
    if not of_group:
        return None
    if privacy.shows_groups_only:
        if (None if sees_all else reader.user_id) not in teams_shown(manager_of, active):
            return None
        # Only the active ones: with somebody who left, it would be about fewer than it says. The
        # week before would be in two mails, and may have been about one person more in the first.
        return _Group(None if sees_all else of_group, of_group, is_compared=False)
    return _Group(users, of_group, is_compared=True)


def _users(
    connection: psycopg.Connection, organization_id: str, *, now: datetime
) -> tuple[dict[str, str | None], frozenset[str]]:
    """User -> manager, and the active ones."""
    found = connection.execute(
        """
        select user_id, manager_user_id, deactivated_at is null or deactivated_at > %s
        from worksights.users where organization_id = %s
        """,
        [now, organization_id],
    ).fetchall()
    managers = {user: manager for user, manager, _ in found}
    return managers, frozenset(user for user, _, is_active in found if is_active)


def _record(
    connection: psycopg.Connection, reader: _Reader, group: _Group, *, monday: date
) -> None:
    """Figures show nobody, unless they are about so few that each can be recognized in them."""
    if len(group.active) < SMALLEST_GROUP:
        record_access(
            connection,
            organization_id=reader.organization_id,
            actor=reader.user_id,
            act=Act.DIGEST,
            users=group.active,
            days=(monday - 2 * WEEK, monday - timedelta(days=1)),
        )


def _days(monday: date) -> str:
    """The days of a week, such as "16 – 22 November" or "28 September – 4 October"."""
    sunday = monday + WEEK - timedelta(days=1)
    first = f"{monday.day}" if monday.month == sunday.month else f"{monday.day} {monday:%B}"
    return f"{first} – {sunday.day} {sunday:%B}"
