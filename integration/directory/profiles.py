"""WorkSights users as the page shows them and offers them for a choice."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.database import rows
from integration.identity.cleaning import cleaned_email


@dataclass(frozen=True)
class Profile:
    user_id: str
    full_name: str
    email: str
    time_zone: str
    deactivated_at: datetime | None


def profile_of(
    connection: psycopg.Connection, user_id: str, *, organization_id: str
) -> Profile | None:
    """None for an id that is unknown or another organization's."""
    return rows.maybe_one(
        connection,
        Profile,
        """
        select user_id, full_name, email, time_zone, deactivated_at from worksights.users
        where organization_id = %(organization)s and user_id = %(user)s
        """,
        {"organization": organization_id, "user": user_id},
    )


def profile_with_email(
    connection: psycopg.Connection, email: str, *, organization_id: str
) -> Profile | None:
    """The user that this email matches."""
    return rows.maybe_one(
        connection,
        Profile,
        """
        select user_id, full_name, email, time_zone, deactivated_at from worksights.users
        where organization_id = %(organization)s
            and lower(btrim(email) collate "C") = %(email)s
        """,
        {"organization": organization_id, "email": cleaned_email(email)},
    )


def profiles_like(
    connection: psycopg.Connection, words: list[str], *, organization_id: str, limit: int
) -> list[Profile]:
    """Users whose name or email contains one of the words, those with most of them first."""
    return rows.every(
        connection,
        Profile,
        """
        select user_id, full_name, email, time_zone, deactivated_at
        from worksights.users
        cross join lateral (
            select count(*) as matches
            from unnest(%(words)s::text[]) as word
            where strpos(lower(concat_ws(E'\\n', full_name, email)), word) > 0
        ) as found
        where organization_id = %(organization)s and matches > 0
        order by matches desc, deactivated_at is not null, lower(full_name), user_id
        limit %(limit)s
        """,
        {
            "organization": organization_id,
            "words": [word.lower() for word in words],
            "limit": limit,
        },
    )


def profiles_called(
    connection: psycopg.Connection, text: str, *, organization_id: str, limit: int
) -> list[Profile]:
    """Users whose name or email contains the text, active ones first; a complete email gives only
    that user. Reads some thousands of rows, which is fine for an occasional search.
    """
    found = rows.every(
        connection,
        Profile,
        """
        select user_id, full_name, email, time_zone, deactivated_at from worksights.users
        where organization_id = %(organization)s
            and strpos(lower(full_name || ' ' || email), lower(%(text)s)) > 0
        order by
            lower(email collate "C") <> lower(%(text)s collate "C"),
            deactivated_at is not null, full_name, user_id
        limit %(limit)s
        """,
        {"organization": organization_id, "text": text, "limit": limit},
    )
    is_email = bool(found) and found[0].email.lower() == text.lower()
    return found[:1] if is_email else found
