"""Who has seen the notice about what the product shows about people, and in which version."""

import psycopg

# Increase it when the notice says something else: then everybody sees it once more.
NOTICE_VERSION = 4


def record_notice_seen(
    connection: psycopg.Connection, user_id: str, *, organization_id: str
) -> None:
    """Records that this user has seen the current notice, last now."""
    connection.execute(
        """
        insert into integration.notices_seen (organization_id, user_id, version)
        values (%s, %s, %s)
        on conflict (organization_id, user_id, version) do update set seen_at = now()
        """,
        [organization_id, user_id, NOTICE_VERSION],
    )
