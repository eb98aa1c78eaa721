"""The WorkSights users of an organization, as the page offers them."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class ListedUser:
    user_id: str
    full_name: str
    email: str
    time_zone: str
    is_active: bool


def user_of(
    connection: psycopg.Connection, user_id: str, *, organization_id: str
) -> ListedUser | None:
    """None for an id that is unknown or another organization's."""
    cursor = connection.cursor(row_factory=class_row(ListedUser))
    return cursor.execute(
        f"{_SELECT} where organization_id = %s and user_id = %s", [organization_id, user_id]
    ).fetchone()


def users_called(
    connection: psycopg.Connection, text: str, *, organization_id: str, limit: int
) -> list[ListedUser]:
    """Whose name or email holds the text, those who are active first; an email as it is gives that
    user alone. Some thousands of rows are read: people look for somebody now and then.
    """
    cursor = connection.cursor(row_factory=class_row(ListedUser))
    found = cursor.execute(
        f"""
        {_SELECT}
        where organization_id = %(organization)s
            and strpos(lower(full_name || ' ' || email), lower(%(text)s)) > 0
        order by lower(email) <> lower(%(text)s), deactivated_at is not null, full_name, user_id
        limit %(limit)s
        """,
        {"organization": organization_id, "text": text, "limit": limit},
    ).fetchall()
    is_email = bool(found) and found[0].email.lower() == text.lower()
    return found[:1] if is_email else found


_SELECT = """
    select user_id, full_name, email, time_zone, deactivated_at is null as is_active
    from worksights.users
"""
