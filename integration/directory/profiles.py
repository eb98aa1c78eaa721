"""Reads WorkSights users for the page: to show one, and to choose one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.text_search import matches, patterns_of
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
    """The user; None if the id is unknown or belongs to another organization."""
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
    """The user with this email, or None."""
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


def similar_profiles(
    connection: psycopg.Connection, words: list[str], *, organization_id: str, limit: int
) -> list[Profile]:
    """Users with one of the words in their name or email; those with most of the words first."""
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


def search_profiles(
    connection: psycopg.Connection,
    text: str,
    *,
    organization_id: str,
    limit: int,
    among: Sequence[str] | None = None,
) -> list[Profile]:
    """Users with all words of the text in their name or email, active ones first; a complete email
    finds only that user. `among` are the ids of those who can be found, None for all. Reads all of
    the organization's users, a few thousand, for an occasional search.
    """
    found = rows.every(
        connection,
        Profile,
        _SEARCH,
        {
            "organization": organization_id,
            "text": text,
            "patterns": patterns_of(connection, text),
            "limit": limit,
            "among": among,
        },
    )
    is_email = bool(found) and found[0].email.lower() == text.lower()
    return found[:1] if is_email else found


_SEARCH = SQL("""
    select user_id, full_name, email, time_zone, deactivated_at from worksights.users
    where organization_id = %(organization)s
        and (%(among)s::text[] is null or user_id = any(%(among)s))
        and {matches}
    order by
        lower(email collate "C") <> lower(%(text)s collate "C"),
        deactivated_at is not null, full_name, user_id
    limit %(limit)s
""").format(matches=matches(SQL("(full_name || ' ' || email)")))
