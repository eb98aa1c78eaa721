"""Reads which problems an organization had, and who was notified of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.sql import SQL

from integration.causes.cause import OpenCause, Reader
from integration.causes.table import words_of
from integration.database import rows
from integration.notify.outbox import Channel
from integration.quantities import quantity

TESTS_SHOWN = 10


@dataclass(frozen=True)
class ListedMessages:
    """Messages with the same state. `recipients` are the names of those who got an email, without
    former users, of whom there are `former`; a webhook has neither.
    """

    cause_id: int | None
    channel: Channel
    recipients: list[str]
    former: int
    status: str
    reason: str | None
    first_at: datetime
    last_at: datetime

    @property
    def to(self) -> str:
        if self.channel == "webhook":
            return "Webhook"
        former = [quantity(self.former, "former user")] if self.former else []
        *others, last = [*self.recipients, *former]
        return f"Email to {', '.join(others)} and {last}" if others else f"Email to {last}"

    @property
    def is_in_one_minute(self) -> bool:
        return self.last_at - self.first_at < timedelta(minutes=1)


@dataclass(frozen=True)
class ListedProblem:
    cause_id: int
    cause: str
    subject: str
    facts: dict[str, Any]
    since: datetime
    notified_at: datetime | None
    ended_at: datetime | None

    @property
    def title(self) -> str:
        """As in the messages, which have no counts."""
        one = OpenCause(self.cause, self.subject, self.since, self.facts)
        return words_of(one, Reader(sees_counts=False, webhooks="")).title


def problems_of(
    connection: psycopg.Connection, *, organization_id: str, limit: int, offset: int
) -> list[ListedProblem]:
    """Those that lasted long enough for a message, newest first."""
    return rows.every(
        connection,
        ListedProblem,
        """
        select cause_id, cause, subject, facts, since, notified_at, ended_at
        from integration.causes
        where organization_id = %s and notified_at is not null
        order by cause_id desc
        limit %s offset %s
        """,
        [organization_id, limit, offset],
    )


def messages_about(
    connection: psycopg.Connection, problems: Sequence[ListedProblem], *, organization_id: str
) -> dict[int, list[ListedMessages]]:
    """cause_id -> its messages."""
    found = rows.every(
        connection,
        ListedMessages,
        _MESSAGES
        + SQL("""
            and cause_id = any(%(causes)s)
            group by cause_id, channel, status, reason
            order by channel, recipients
        """),
        {"organization": organization_id, "causes": [one.cause_id for one in problems]},
    )
    about: dict[int, list[ListedMessages]] = {one.cause_id: [] for one in problems}
    for one in found:
        if one.cause_id is not None:
            about[one.cause_id].append(one)
    return about


def tests_of(connection: psycopg.Connection, *, organization_id: str) -> list[ListedMessages]:
    """The latest test messages, each in a row of its own."""
    return rows.every(
        connection,
        ListedMessages,
        _MESSAGES
        + SQL("""
            and cause_id is null
            group by notification_id
            order by notification_id desc
            limit %(limit)s
        """),
        {"organization": organization_id, "limit": TESTS_SHOWN},
    )


_MESSAGES = SQL("""
    select
        notifications.cause_id, notifications.channel,
        coalesce(
            array_agg(users.full_name order by users.full_name)
            filter (where users.full_name is not null), '{}'
        ) as recipients,
        (count(*) filter (where notifications.channel = 'mail' and users.user_id is null))::integer
            as former,
        notifications.status, notifications.reason,
        min(coalesce(notifications.sent_at, notifications.created_at)) as first_at,
        max(coalesce(notifications.sent_at, notifications.created_at)) as last_at
    from integration.notifications
    left join worksights.users using (organization_id, user_id)
    where notifications.organization_id = %(organization)s
""")
