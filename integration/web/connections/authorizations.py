"""Stores pending authorizations: a browser sent to Zoom may return once, within ten minutes and in
the same session.
"""

from datetime import datetime, timedelta

import psycopg

from integration.sign_in.sessions import secret_hash

AUTHORIZATION_LIFE = timedelta(minutes=10)


def start_authorization(
    connection: psycopg.Connection,
    state: str,
    *,
    session: str,
    organization_id: str,
    code_verifier: str,
    now: datetime,
) -> None:
    connection.execute(
        """
        insert into integration.authorizations (
            state_hash, session_hash, organization_id, code_verifier, expires_at
        )
        values (%s, %s, %s, %s, %s)
        """,
        [
            secret_hash(state),
            secret_hash(session),
            organization_id,
            code_verifier,
            now + AUTHORIZATION_LIFE,
        ],
    )


def redeem_authorization(
    connection: psycopg.Connection,
    state: str,
    *,
    session: str,
    organization_id: str,
    now: datetime,
) -> str | None:
    """The code verifier, once. None for a state that is unknown, used or expired, or that belongs
    to another session.
    """
    found = connection.execute(
        """
        delete from integration.authorizations
        where state_hash = %s and session_hash = %s and organization_id = %s
        returning code_verifier, expires_at
        """,
        [secret_hash(state), secret_hash(session), organization_id],
    ).fetchone()
    return found[0] if found and found[1] > now else None
