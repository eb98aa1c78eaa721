"""Writes the Monday digest: figures and links, and no name of a person, client or topic.

Everything is looked up when the mail is sent: who may still see a team's week, and what the privacy
settings allow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote

import psycopg

from integration.database import rows
from integration.database.postgres import transaction
from integration.dates import DAY_FIRST
from integration.directory.rights import Right, may
from integration.directory.time_zones import zone_of
from integration.figures.periods import DAY, Days, Period, Unit, period_of
from integration.figures.team_figures import TeamFigures, team_figures
from integration.notify.digest_due import DIGEST, prepare_digests
from integration.notify.digest_groups import Group, group_of
from integration.notify.message import Letter
from integration.notify.movements import Page, described, movements
from integration.notify.sender import Kind, Sender
from integration.notify.server import mail_server
from integration.notify.waiting import Mail
from integration.notify.writing import letter
from integration.privacy.access_log import Act, record_access
from integration.privacy.groups import SMALLEST_GROUP
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
        if not _marts_exist(connection):
            return []
        week = period_of(mail.monday - DAY, Unit.WEEK)
        group = group_of(
            connection, reader.user_id, reader.role, week,
            organization_id=reader.organization_id, now=now,
        )  # fmt: skip
        if group is None:
            return []
        found = team_figures(
            connection,
            week,
            organization_id=reader.organization_id,
            users=group.users,
            zone=zone_of(reader.time_zone),
            now=now,
        )
        is_news = found.figures.people or (found.comparison and found.comparison.before.people)
        if not is_news:
            return []
        _record(connection, reader, group, week)
        token = signing.signed(str(reader.subscription_id), purpose="digest")
        return [_letter(settings.public_url, reader, group, found, token)]

    return Kind(write, is_repeatable=False)


def _letter(
    public_url: str, reader: _Reader, group: Group, found: TeamFigures, token: str
) -> Letter:
    compared = found.comparison if group.is_compared else None
    stop = f"{public_url}/digest/stop?token={quote(token)}"
    headers = {"List-Unsubscribe": f"<{stop}>"}
    if stop.startswith("https:"):  # RFC 8058 allows nothing else
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    pages = _pages(public_url, reader, found.period)
    moved = movements(compared) if compared else []
    return letter(
        "digest",
        to=reader.email,
        headers=headers,
        week=_words(found.period),
        people=len(group.active),
        is_everybody=group.is_everybody,
        compared=_words(compared.days) if compared else "",
        compared_with=_words(compared.days_before) if compared else "",
        figures=described(found, is_compared=group.is_compared),
        movements=[(one.text, pages[one.page]) for one in moved],
        team=pages["team"],
        stop=stop,
        account=f"{public_url}/account",
    )


def _pages(public_url: str, reader: _Reader, week: Period) -> dict[Page, str]:
    """Where the links lead: to pages that the reader may open."""
    team = f"{public_url}/team?week={week.value}"
    if not may(reader.role, Right.SEE_CLIENTS):
        return {"team": team, "clients": team, "quiet": team}
    clients = f"{public_url}/clients"
    return {"team": team, "clients": clients, "quiet": f"{clients}?show=quiet"}


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


def _record(connection: psycopg.Connection, reader: _Reader, group: Group, week: Period) -> None:
    """Figures show nobody, unless they are about so few that each can be recognized in them."""
    if len(group.active) < SMALLEST_GROUP:
        record_access(
            connection,
            organization_id=reader.organization_id,
            actor=reader.user_id,
            act=Act.DIGEST,
            users=group.active,
            days=(week.previous.first, week.last),
        )


def _marts_exist(connection: psycopg.Connection) -> bool:
    """Whether the first batch has built what the figures are read from."""
    return rows.scalar(
        connection,
        bool,
        "select bool_and(to_regclass(mart) is not null) from unnest(%s::text[]) as mart",
        [["timeline.user_days", "clientsights.company_relationships"]],
    )


def _words(days: Days) -> str:
    """The days, such as "16 – 22 November" or "28 September – 4 October"."""
    return DAY_FIRST.span(days.first, days.last)
