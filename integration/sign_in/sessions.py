"""Stores one-time links and sessions, and finds the viewer behind a session.

A session ends after an hour without use, at the latest after twelve, and when it may no longer sign
in: `integration.may_sign_in` says which ways are open in an organization.

Callers pass secrets in plain text; only their SHA-256 is stored. The secrets are random, so no
slower hash is needed. `signing.py` creates and signs them.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import psycopg
from psycopg.types.json import Jsonb

from integration.database import rows
from integration.sign_in.notices import NOTICE_VERSION

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(hours=1)
WRITTEN_EVERY = timedelta(minutes=1)  # the last use of a session, so that most requests only read

# How somebody signs in: with a link that a command or a mail has given them, with OpenID Connect,
# or with a link for an emergency in an organization that has OpenID Connect.
Method = Literal["link", "mail", "openid", "break_glass"]


@dataclass(frozen=True)
class Viewer:
    """The WorkSights user who views the page, as stored at the time of the request."""

    user_id: str
    organization_id: str
    organization_name: str
    full_name: str
    email: str
    role: str
    time_zone: str
    message: dict[str, Any] | None  # to be shown once
    via_link_of: str | None  # who made the link of this session, if it was somebody else
    notice_seen_at: datetime | None  # in its current version
    method: Method
    last_used_at: datetime


@dataclass(frozen=True)
class Invitee:
    """The WorkSights user that a one-time link signs in."""

    user_id: str
    organization_id: str
    organization_name: str
    full_name: str
    email: str
    role: str
    link_made_by: str | None  # if it was somebody else
    method: Method

    def is_viewer(self, viewer: Viewer) -> bool:
        return (viewer.organization_id, viewer.user_id) == (self.organization_id, self.user_id)


@dataclass(frozen=True)
class IdleSession:
    """A session that has ended for lack of use."""

    openid_in: str | None  # its organization, if that signs in with OpenID Connect


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def store_link(
    connection: psycopg.Connection,
    token: str,
    *,
    organization_id: str,
    user_id: str,
    made_by: str | None,
    now: datetime,
    method: Method = "link",
) -> None:
    """Stores a link that signs this user in once, within ten minutes. `made_by` is who made it, if
    it was not the user.
    """
    connection.execute(
        """
        insert into integration.sign_in_links
            (token_hash, organization_id, user_id, made_by, method, expires_at)
        values (%s, %s, %s, %s, %s, %s)
        """,
        [secret_hash(token), organization_id, user_id, made_by, method, now + LINK_LIFE],
    )


def organization_of_link(connection: psycopg.Connection, token: str) -> str | None:
    """What has to be known before anything of an organization can be read. None if no link has
    this token.
    """
    return rows.maybe_scalar(
        connection, str, "select integration.organization_of_link(%s)", [secret_hash(token)]
    )


def organization_of_session(connection: psycopg.Connection, session: str) -> str | None:
    """The same for a session."""
    return rows.maybe_scalar(
        connection, str, "select integration.organization_of_session(%s)", [secret_hash(session)]
    )


def invitee_of(connection: psycopg.Connection, token: str, *, now: datetime) -> Invitee | None:
    """The user that a link signs in; None when the link is no longer valid. Does not use it up."""
    return rows.maybe_one(
        connection,
        Invitee,
        """
        select
            users.user_id, users.organization_id, organizations.name as organization_name,
            users.full_name, users.email, users.role, sign_in_links.made_by as link_made_by,
            sign_in_links.method
        from integration.sign_in_links
        inner join worksights.users using (organization_id, user_id)
        inner join worksights.organizations using (organization_id)
        where sign_in_links.token_hash = %(token)s
            and sign_in_links.expires_at > %(now)s
            and integration.may_sign_in(organization_id, sign_in_links.method)
            and (users.deactivated_at is null or users.deactivated_at > %(now)s)
        """,
        {"token": secret_hash(token), "now": now},
    )


def use_link(
    connection: psycopg.Connection, token: str, *, session: str, browser: str, now: datetime
) -> str | None:
    """Exchanges a link for a session. Returns the user's id, or None when the link is not valid.

    Of two concurrent requests, one gets the session. A deactivated user gets none.
    """
    started = connection.execute(
        """
        with used as (
            delete from integration.sign_in_links
            where token_hash = %(token)s
            returning organization_id, user_id, made_by, method, expires_at
        )
        insert into integration.page_sessions (
            session_hash, organization_id, user_id, via_link_of, method, browser, last_used_at,
            expires_at
        )
        select
            %(session)s, used.organization_id, used.user_id, used.made_by, used.method,
            %(browser)s, %(now)s, %(session_expires_at)s
        from used
        inner join worksights.users using (organization_id, user_id)
        where used.expires_at > %(now)s
            and integration.may_sign_in(used.organization_id, used.method)
            and (users.deactivated_at is null or users.deactivated_at > %(now)s)
        returning user_id
        """,
        {
            "token": secret_hash(token),
            "session": secret_hash(session),
            "browser": browser,
            "now": now,
            "session_expires_at": now + SESSION_LIFE,
        },
    ).fetchone()
    return started[0] if started else None


def viewer_of(connection: psycopg.Connection, session: str, *, now: datetime) -> Viewer | None:
    """The user of a session; None if it has ended or the user is deleted or deactivated."""
    return rows.maybe_one(
        connection,
        Viewer,
        """
        select
            users.user_id, users.organization_id, organizations.name as organization_name,
            users.full_name, users.email, users.role, users.time_zone, page_sessions.message,
            page_sessions.via_link_of, page_sessions.method, page_sessions.last_used_at,
            notices_seen.seen_at as notice_seen_at
        from integration.page_sessions
        inner join worksights.users using (organization_id, user_id)
        inner join worksights.organizations using (organization_id)
        left join integration.notices_seen
            on notices_seen.organization_id = users.organization_id
            and notices_seen.user_id = users.user_id
            and notices_seen.version = %(notice)s
        where page_sessions.session_hash = %(session)s
            and page_sessions.expires_at > %(now)s
            and page_sessions.last_used_at > %(idle_since)s
            and integration.may_sign_in(page_sessions.organization_id, page_sessions.method)
            and (users.deactivated_at is null or users.deactivated_at > %(now)s)
        """,
        {
            "session": secret_hash(session),
            "now": now,
            "idle_since": now - IDLE_LIFE,
            "notice": NOTICE_VERSION,
        },
    )


def start_session(
    connection: psycopg.Connection,
    session: str,
    *,
    organization_id: str,
    user_id: str,
    browser: str,
    now: datetime,
) -> None:
    """Starts a session of a user whom a provider of OpenID Connect has identified."""
    connection.execute(
        """
        insert into integration.page_sessions (
            session_hash, organization_id, user_id, method, browser, last_used_at, expires_at
        )
        values (%s, %s, %s, 'openid', %s, %s, %s)
        """,
        [secret_hash(session), organization_id, user_id, browser, now, now + SESSION_LIFE],
    )


def record_use(connection: psycopg.Connection, session: str, *, now: datetime) -> None:
    """Records that the session was used, at most once a minute."""
    connection.execute(
        """
        update integration.page_sessions set last_used_at = %s
        where session_hash = %s and last_used_at < %s
        """,
        [now, secret_hash(session), now - WRITTEN_EVERY],
    )


def idle_session(
    connection: psycopg.Connection, session: str, *, now: datetime
) -> IdleSession | None:
    """None if the session has ended in another way, or would have ended by now in any case."""
    return rows.maybe_one(
        connection,
        IdleSession,
        """
        select openid_providers.organization_id as openid_in
        from integration.page_sessions
        left join integration.openid_providers using (organization_id)
        where session_hash = %s and expires_at > %s and last_used_at <= %s
        """,
        [secret_hash(session), now, now - IDLE_LIFE],
    )


def store_message(
    connection: psycopg.Connection, session: str, message: dict[str, Any] | None
) -> None:
    """Stores the message for the next page of this session; None after it was shown."""
    connection.execute(
        "update integration.page_sessions set message = %s where session_hash = %s",
        [None if message is None else Jsonb(message), secret_hash(session)],
    )


def end_session(connection: psycopg.Connection, session: str) -> None:
    connection.execute(
        "delete from integration.page_sessions where session_hash = %s", [secret_hash(session)]
    )
