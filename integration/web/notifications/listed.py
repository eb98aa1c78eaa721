"""Reads which problems an organization had, and who was notified of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.sql import SQL

from integration.causes.cause import OpenCause, Reader
from integration.causes.table import words_of
from integration.database import rows
from integration.notify.outbox import Channel

TESTS_SHOWN = 10


@dataclass(frozen=True)
class ListedMessage:
    """`recipient` is the name of a mail's recipient, None for a webhook or a former user."""

    cause_id: int | None
    channel: Channel
    recipient: str | None
    status: str
    reason: str | None
    created_at: datetime
    sent_at: datetime | None

    @property
    def to(self) -> str:
        return (
            "Webhook"
            if self.channel == "webhook"
            else f"Email to {self.recipient or 'a former user'}"
        )


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
) -> dict[int, list[ListedMessage]]:
    """cause_id -> its messages."""
    found = rows.every(
        connection,
        ListedMessage,
        _MESSAGES + SQL("and cause_id = any(%(causes)s) order by channel, full_name"),
        {"organization": organization_id, "causes": [one.cause_id for one in problems]},
    )
    about: dict[int, list[ListedMessage]] = {one.cause_id: [] for one in problems}
    for one in found:
        if one.cause_id is not None:
            about[one.cause_id].append(one)
    return about


def tests_of(connection: psycopg.Connection, *, organization_id: str) -> list[ListedMessage]:
    """The latest test messages."""
    return rows.every(
        connection,
        ListedMessage,
        _MESSAGES
        + SQL("and cause_id is null order by notification_id desc, channel limit %(limit)s"),
        {"organization": organization_id, "limit": TESTS_SHOWN},
    )


_MESSAGES = SQL("""
    select
        notifications.cause_id, notifications.channel, users.full_name as recipient,
        notifications.status, notifications.reason, notifications.created_at, notifications.sent_at
    from integration.notifications
    left join worksights.users using (organization_id, user_id)
    where notifications.organization_id = %(organization)s
""")
