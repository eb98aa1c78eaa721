"""The sessions of one user, who may end them. A session that has ended is gone in all processes,
because each request looks it up.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.sign_in.sessions import IDLE_LIFE, Method, secret_hash

SHOWN = 50


@dataclass(frozen=True)
class OwnSession:
    """`browser` is a rough name. `is_via_link_of_other`: somebody else has made the link."""

    session_number: int
    browser: str
    method: Method
    is_via_link_of_other: bool
    is_this: bool
    started_at: datetime
    last_used_at: datetime


def own_sessions(
    connection: psycopg.Connection,
    user_id: str,
    *,
    organization_id: str,
    session: str,
    now: datetime,
) -> list[OwnSession]:
    """The user's live sessions, the given one first, then the latest."""
    return rows.every(
        connection,
        OwnSession,
        """
        select
            session_number, browser, method, via_link_of is not null as is_via_link_of_other,
            session_hash = %(session)s as is_this, started_at, last_used_at
        from integration.page_sessions
        where organization_id = %(organization)s and user_id = %(user)s
            and expires_at > %(now)s and last_used_at > %(idle_since)s
            and integration.may_sign_in(organization_id, method)
        order by is_this desc, started_at desc, session_number desc
        limit %(limit)s
        """,
        {
            "organization": organization_id,
            "user": user_id,
            "session": secret_hash(session),
            "now": now,
            "idle_since": now - IDLE_LIFE,
            "limit": SHOWN,
        },
    )


def end_own_session(
    connection: psycopg.Connection, session_number: int, *, user_id: str, organization_id: str
) -> bool:
    """Whether the user had this session."""
    ended = connection.execute(
        """
        delete from integration.page_sessions
        where session_number = %s and organization_id = %s and user_id = %s
        """,
        [session_number, organization_id, user_id],
    )
    return ended.rowcount > 0


def end_other_sessions(
    connection: psycopg.Connection, session: str, *, user_id: str, organization_id: str
) -> None:
    """Ends the user's sessions except the given one, and their links that have not been used."""
    own = [organization_id, user_id]
    connection.execute(
        """
        delete from integration.page_sessions
        where organization_id = %s and user_id = %s and session_hash <> %s
        """,
        [*own, secret_hash(session)],
    )
    connection.execute(
        "delete from integration.sign_in_links where organization_id = %s and user_id = %s", own
    )
