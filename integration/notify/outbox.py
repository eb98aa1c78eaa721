"""The notifications that wait to be sent, as rows of integration.notifications.

As in `waiting.py`, a process takes a row for some minutes, so another one continues what a killed
process has left, and each change checks that the row is still the process's own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import psycopg

from integration.database import rows
from integration.notify.waiting import (
    FIRST_PAUSE,
    INTERRUPTED,
    LONGEST_PAUSE,
    NEVER_POSSIBLE,
    TAKEN_FOR,
)

Channel = Literal["mail", "webhook"]
SENT_WITHIN = timedelta(days=1)  # the page shows for longer what could not be sent
FAILING_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class Notification:
    """A notification that this process has taken for the `attempts`th time. Without a `cause_id`
    it is a test.
    """

    notification_id: int
    cause_id: int | None
    organization_id: str | None
    channel: Channel
    user_id: str | None
    attempts: int
    created_at: datetime

    @property
    def number(self) -> str:
        """A text that no other notification has, in any installation."""
        return f"notification-{self.notification_id}-{self.created_at.timestamp():.6f}"


def put_out(
    connection: psycopg.Connection,
    channel: Channel,
    *,
    cause_id: int | None,
    organization_id: str | None,
    user_id: str | None,
    now: datetime,
) -> None:
    """Puts a notification on the list, once for a cause, a channel and a recipient."""
    connection.execute(
        """
        insert into integration.notifications (
            cause_id, organization_id, channel, user_id, created_at, next_attempt_at, expires_at
        )
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (cause_id, channel, coalesce(user_id, '')) where cause_id is not null do nothing
        """,
        [cause_id, organization_id, channel, user_id, now, now, now + SENT_WITHIN],
    )


def take(
    connection: psycopg.Connection, *, channels: Collection[str], now: datetime
) -> Notification | None:
    """The notification that has been due longest; no other process gets it."""
    return rows.maybe_one(
        connection,
        Notification,
        """
        with due as (
            select notification_id from integration.notifications
            where status = 'waiting' and channel = any(%(channels)s)
                and next_attempt_at <= %(now)s and expires_at > %(now)s
                and (taken_until is null or taken_until <= %(now)s)
            order by next_attempt_at, notification_id
            limit 1
            for update skip locked
        )
        update integration.notifications
        set attempts = attempts + 1, taken_until = %(until)s
        from due
        where notifications.notification_id = due.notification_id
        returning
            notifications.notification_id, cause_id, organization_id, channel, user_id, attempts,
            created_at
        """,
        {"channels": [*channels], "now": now, "until": now + TAKEN_FOR},
    )


def starts_sending(connection: psycopg.Connection, one: Notification) -> bool:
    """Marks that a mail's content is about to be transmitted; from then on it is never taken again.
    False if it no longer belongs to this process.
    """
    return bool(
        connection.execute(
            """
            update integration.notifications set status = 'sending'
            where notification_id = %s and attempts = %s and status = 'waiting'
            """,
            [one.notification_id, one.attempts],
        ).rowcount
    )


def finish(
    connection: psycopg.Connection,
    one: Notification,
    *,
    status: Literal["sent", "dropped", "failed"],
    reason: str | None = None,
    now: datetime,
) -> None:
    connection.execute(
        """
        update integration.notifications
        set
            status = %(status)s, reason = %(reason)s, taken_until = null,
            sent_at = case when %(status)s = 'sent' then %(now)s::timestamptz end
        where notification_id = %(one)s and attempts = %(attempts)s
        """,
        {
            "status": status,
            "reason": reason,
            "now": now,
            "one": one.notification_id,
            "attempts": one.attempts,
        },
    )


def put_off(
    connection: psycopg.Connection, one: Notification, *, reason: str, now: datetime
) -> None:
    """Tries it again later; after each attempt, the pause is twice as long."""
    pause = min(FIRST_PAUSE * 2 ** min(one.attempts - 1, 10), LONGEST_PAUSE)
    connection.execute(
        """
        update integration.notifications
        set status = 'waiting', taken_until = null, next_attempt_at = %s, reason = %s
        where notification_id = %s and attempts = %s
        """,
        [now + pause, reason, one.notification_id, one.attempts],
    )


def put_off_channel(connection: psycopg.Connection, *, like: Notification, reason: str) -> None:
    """Puts off what is due on the channel together with one that was put off, because its server
    is unusable: each would wait for the same time-out.
    """
    connection.execute(
        """
        update integration.notifications
        set next_attempt_at = tried.next_attempt_at, reason = %(reason)s
        from integration.notifications as tried
        where tried.notification_id = %(one)s
            and notifications.notification_id <> tried.notification_id
            and notifications.status = 'waiting' and notifications.channel = tried.channel
            and notifications.next_attempt_at < tried.next_attempt_at
            and notifications.taken_until is null
        """,
        {"one": like.notification_id, "reason": reason},
    )


def give_up(connection: psycopg.Connection, *, now: datetime) -> None:
    """Fails what could not be sent in time, or what a killed process was transmitting."""
    connection.execute(
        """
        update integration.notifications
        set
            status = 'failed', taken_until = null,
            reason = case
                when status = 'sending' then %(interrupted)s else coalesce(reason, %(never)s)
            end
        where (taken_until is null or taken_until <= %(now)s)
            and (status = 'sending' or status = 'waiting' and expires_at <= %(now)s)
        """,
        {"now": now, "interrupted": INTERRUPTED, "never": NEVER_POSSIBLE},
    )


@dataclass(frozen=True)
class FailingChannel:
    """A channel whose latest attempts failed: what waits or was given up since the last one was
    sent.
    """

    channel: Channel
    waiting: int
    failed: int
    since: datetime
    reasons: list[str]


def failing_channels(
    connection: psycopg.Connection, *, now: datetime, organization_id: str | None = None
) -> list[FailingChannel]:
    """Of one organization, or of all."""
    return rows.every(
        connection,
        FailingChannel,
        """
        with known as (
            select
                channel, status, reason, created_at,
                max(sent_at) over (partition by channel) as last_sent_at
            from integration.notifications
            where created_at > %(now)s - %(shown)s
                and (%(organization)s::text is null or organization_id = %(organization)s)
        )
        select
            channel,
            count(*) filter (where status <> 'failed') as waiting,
            count(*) filter (where status = 'failed') as failed,
            min(created_at) as since,
            array_agg(distinct reason) as reasons
        from known
        where status in ('waiting', 'failed') and reason is not null
            and (last_sent_at is null or created_at > last_sent_at)
        group by channel
        order by channel
        """,
        {"now": now, "shown": FAILING_SHOWN, "organization": organization_id},
    )
