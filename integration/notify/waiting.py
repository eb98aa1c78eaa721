"""The mails that wait to be sent, as rows of integration.mails.

A process takes a mail for some minutes, so a mail of a process that was killed is taken by another
one. Each change checks that the mail is still the process's own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg

from integration.database import rows

TAKEN_FOR = timedelta(minutes=5)  # longer than writing and sending a mail may take
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
INTERRUPTED = "It may have been sent: the process ended before the mail server had answered."
NEVER_POSSIBLE = "No attempt succeeded in time."


@dataclass(frozen=True)
class Mail:
    """A mail that this process has taken for the `attempts`th time."""

    mail_id: int
    kind: str
    organization_id: str | None
    user_id: str | None
    monday: date | None
    sealed: str | None
    attempts: int
    created_at: datetime
    expires_at: datetime

    @property
    def number(self) -> str:
        """A text that no other mail has, in any installation."""
        return f"{self.kind}-{self.mail_id}-{self.created_at.timestamp():.6f}"


def take(connection: psycopg.Connection, *, kinds: Collection[str], now: datetime) -> Mail | None:
    """The mail of these kinds that has been due longest; no other process gets it."""
    return rows.maybe_one(
        connection,
        Mail,
        """
        with due as (
            select mail_id from integration.mails
            where status = 'waiting' and kind = any(%(kinds)s) and next_attempt_at <= %(now)s
                and (taken_until is null or taken_until <= %(now)s) and expires_at > %(now)s
            order by next_attempt_at, mail_id
            limit 1
            for update skip locked
        )
        update integration.mails
        set attempts = attempts + 1, taken_until = %(until)s
        from due
        where mails.mail_id = due.mail_id
        returning
            mails.mail_id, kind, organization_id, user_id, monday, sealed, attempts, created_at,
            expires_at
        """,
        {"kinds": [*kinds], "now": now, "until": now + TAKEN_FOR},
    )


def waits(connection: psycopg.Connection, *, kinds: Collection[str], now: datetime) -> bool:
    """Whether `take` would find a mail, or one has to be given up."""
    return rows.scalar(
        connection,
        bool,
        """
        select exists (
            select from integration.mails
            where status <> 'failed' and kind = any(%(kinds)s)
                and (next_attempt_at <= %(now)s or expires_at <= %(now)s)
                and (taken_until is null or taken_until <= %(now)s)
        )
        """,
        {"kinds": [*kinds], "now": now},
    )


def starts_sending(connection: psycopg.Connection, mail: Mail) -> bool:
    """Marks that the content is about to be transmitted; from then on the mail is never taken
    again. False if it no longer belongs to this process.
    """
    return bool(
        connection.execute(
            """
            update integration.mails set status = 'sending'
            where mail_id = %s and attempts = %s and status = 'waiting'
            """,
            [mail.mail_id, mail.attempts],
        ).rowcount
    )


def is_done(connection: psycopg.Connection, mail: Mail) -> None:
    """The mail was sent, or there is nobody to send it to: nothing of it is kept."""
    connection.execute(
        "delete from integration.mails where mail_id = %s and attempts = %s",
        [mail.mail_id, mail.attempts],
    )


def put_off(connection: psycopg.Connection, mail: Mail, *, reason: str, now: datetime) -> None:
    """Tries it again later; after each attempt, the pause is twice as long."""
    pause = min(FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10), LONGEST_PAUSE)
    connection.execute(
        """
        update integration.mails
        set status = 'waiting', taken_until = null, next_attempt_at = %s, reason = %s
        where mail_id = %s and attempts = %s
        """,
        [now + pause, reason, mail.mail_id, mail.attempts],
    )


def put_off_all(
    connection: psycopg.Connection, *, like: Mail, kinds: Collection[str], reason: str
) -> None:
    """Puts off the mails that are due together with one that was put off, because the server
    accepts none: each would wait for the same time-out.
    """
    connection.execute(
        """
        update integration.mails
        set next_attempt_at = tried.next_attempt_at, reason = %(reason)s
        from integration.mails as tried
        where tried.mail_id = %(mail)s and mails.mail_id <> tried.mail_id
            and mails.status = 'waiting' and mails.kind = any(%(kinds)s)
            and mails.next_attempt_at < tried.next_attempt_at
            and mails.taken_until is null
        """,
        {"mail": like.mail_id, "kinds": [*kinds], "reason": reason},
    )


def fail(connection: psycopg.Connection, mail: Mail, *, reason: str) -> None:
    """Gives the mail up. Its reason is kept for some days, without what the mail was about."""
    connection.execute(
        """
        update integration.mails
        set status = 'failed', reason = %s, taken_until = null, sealed = null
        where mail_id = %s and attempts = %s
        """,
        [reason, mail.mail_id, mail.attempts],
    )


def give_up(connection: psycopg.Connection, *, now: datetime) -> int:
    """Fails the mails whose time is over, or that a killed process was transmitting.
    Returns how many.
    """
    given_up = connection.execute(
        """
        update integration.mails
        set
            status = 'failed', sealed = null, taken_until = null,
            reason = case
                when status = 'sending' then %(interrupted)s else coalesce(reason, %(never)s)
            end
        where (taken_until is null or taken_until <= %(now)s)
            and (status = 'sending' or status = 'waiting' and expires_at <= %(now)s)
        """,
        {"now": now, "interrupted": INTERRUPTED, "never": NEVER_POSSIBLE},
    ).rowcount
    return given_up


@dataclass(frozen=True)
class MailState:
    """Of all mails: how many wait, the oldest of them, and why; how many failed in the last seven
    days, and why.
    """

    waiting: int
    oldest_at: datetime | None
    waiting_reasons: list[str]
    failed: int
    failed_reasons: list[str]


def mail_state(connection: psycopg.Connection) -> MailState:
    return rows.one(
        connection,
        MailState,
        """
        select
            count(*) filter (where status <> 'failed') as waiting,
            min(created_at) filter (where status <> 'failed') as oldest_at,
            coalesce(array_agg(distinct reason) filter (
                where status <> 'failed' and reason is not null
            ), '{}') as waiting_reasons,
            count(*) filter (where status = 'failed') as failed,
            coalesce(array_agg(distinct reason) filter (where status = 'failed'), '{}')
                as failed_reasons
        from integration.mails
        """,
    )
