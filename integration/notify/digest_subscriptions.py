"""Who wants the Monday digest."""

from datetime import datetime

import psycopg

from integration.database import rows


def wants_digest(connection: psycopg.Connection, user_id: str, *, organization_id: str) -> bool:
    return bool(
        rows.maybe_scalar(
            connection,
            bool,
            """
            select is_on from integration.digest_subscriptions
            where organization_id = %s and user_id = %s
            """,
            [organization_id, user_id],
        )
    )


def set_digest(
    connection: psycopg.Connection,
    user_id: str,
    *,
    organization_id: str,
    is_on: bool,
    now: datetime,
) -> None:
    """Switches the digest on or off. The row stays, so that nobody gets two of one week."""
    connection.execute(
        """
        insert into integration.digest_subscriptions (organization_id, user_id, is_on, changed_at)
        values (%(organization)s, %(user)s, %(is_on)s, %(now)s)
        on conflict (organization_id, user_id) do update
        set is_on = excluded.is_on, changed_at = excluded.changed_at
        where digest_subscriptions.is_on <> excluded.is_on
        """,
        {"organization": organization_id, "user": user_id, "is_on": is_on, "now": now},
    )


def organization_of_subscription(
    connection: psycopg.Connection, subscription_id: int
) -> str | None:
    """What the page has to know before it can change the subscription. None if there is none."""
    return rows.maybe_scalar(
        connection, str, "select integration.organization_of_subscription(%s)", [subscription_id]
    )


def stop_digest(connection: psycopg.Connection, subscription_id: int, *, now: datetime) -> None:
    """Switches it off for whoever has the subscription, if it is still there."""
    connection.execute(
        """
        update integration.digest_subscriptions set is_on = false, changed_at = %s
        where subscription_id = %s and is_on
        """,
        [now, subscription_id],
    )
