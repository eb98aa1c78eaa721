"""Reads and stores WorkSights users, which the host product or `import-users` provides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import psycopg

from integration.database import rows
from integration.identity.cleaning import stored_spellings


@dataclass(frozen=True)
class User:
    organization_id: str
    user_id: str
    role: str
    deactivated_at: datetime | None


@dataclass(frozen=True)
class ImportedUser:
    """One line of a directory file; None where the file has no value. Without a column
    `deactivated_at` in the file, `says_deactivated` is false; `says_manager` likewise.
    """

    line: int
    email: str
    full_name: str
    role: str
    time_zone: str
    user_id: str | None
    manager_email: str | None
    says_manager: bool
    created_at: datetime | None
    deactivated_at: datetime | None
    says_deactivated: bool


class DirectoryConflict(Exception):
    """A line contradicts what is stored; the message names the line."""


def user_by_email(
    connection: psycopg.Connection, *, organization_id: str, email: str
) -> User | None:
    """The organization's user with this email (letter case does not matter), or None."""
    found = users_by_email(connection, email=email, organization_id=organization_id)
    return found[0] if found else None


def users_by_email(
    connection: psycopg.Connection, *, email: str, organization_id: str | None
) -> list[User]:
    """The users with this email, in one organization or in all of them."""
    return rows.every(
        connection,
        User,
        """
        select organization_id, user_id, role, deactivated_at from worksights.users
        where (%(organization)s::text is null or organization_id = %(organization)s)
            and lower(email collate "C") = any(%(spellings)s)
        order by organization_id
        """,
        {"organization": organization_id, "spellings": stored_spellings(email)},
    )


def organizations_of_email(connection: psycopg.Connection, spellings: Sequence[str]) -> list[str]:
    """The organizations in which somebody has this email, for the page, whose transactions see only
    one organization. `spellings` as in stored_spellings.
    """
    return rows.scalar(
        connection, list, "select integration.organizations_of_email(%s)", [[*spellings]]
    )


def first_of_roles(
    connection: psycopg.Connection, *, organization_id: str, roles: Sequence[str]
) -> list[tuple[str, str]]:
    """(role, email) of one active user of each of these roles, in their order."""
    return connection.execute(
        """
        select distinct on (array_position(%(roles)s::text[], role)) role, email
        from worksights.users
        where organization_id = %(organization)s and role = any(%(roles)s)
            and deactivated_at is null
        order by array_position(%(roles)s::text[], role), created_at, user_id
        """,
        {"organization": organization_id, "roles": list(roles)},
    ).fetchall()


# IDs that no organization may have. They mean: not set, an unknown Zoom account, and all
# organizations (row-level security).
RESERVED_IDS = ("", "-", "*")


def ensure_organization(
    connection: psycopg.Connection, *, organization_id: str, name: str | None
) -> bool:
    """Creates the organization if it does not exist; a given name replaces its current one.
    Returns whether it was created.
    """
    is_new = connection.execute(
        """
        insert into worksights.organizations (organization_id, name) values (%s, %s)
        on conflict (organization_id) do nothing
        """,
        [organization_id, name or organization_id],
    ).rowcount
    if name and not is_new:
        connection.execute(
            "update worksights.organizations set name = %s where organization_id = %s",
            [name, organization_id],
        )
    return bool(is_new)


def upsert_users(
    connection: psycopg.Connection, *, organization_id: str, users: list[ImportedUser]
) -> tuple[int, int]:
    """Upserts the users: by user_id if the file has one, else by email. Returns (new, known).

    Managers are looked up among all lines, so that a file can name them in any order. New users
    are stored with their manager: only a change of manager is in the audit trail.
    """
    claimed = {user.user_id for user in users}
    known = {
        user.line: _known_id(connection, organization_id, user, claimed=claimed) for user in users
    }
    ids = {user.line: known[user.line] or user.user_id or str(uuid4()) for user in users}
    of_file = {user.email: ids[user.line] for user in users}
    for user in sorted(users, key=lambda user: known[user.line] is None):
        values = {
            "user_id": ids[user.line],
            "organization": organization_id,
            "email": user.email,
            "full_name": user.full_name,
            "role": user.role,
            "time_zone": user.time_zone,
            "manager": _manager_of(connection, organization_id, user, of_file),
            "says_manager": user.says_manager,
            "created_at": user.created_at,
            "deactivated_at": user.deactivated_at,
            "says_deactivated": user.says_deactivated,
        }
        try:
            with connection.transaction():
                connection.execute(_UPDATE if known[user.line] else _INSERT, values)
        except psycopg.errors.UniqueViolation as error:
            raise DirectoryConflict(
                f"line {user.line}: another user in this organization already has this email"
            ) from error
    new = sum(1 for one in known.values() if one is None)
    return new, len(users) - new


def _known_id(
    connection: psycopg.Connection,
    organization_id: str,
    user: ImportedUser,
    *,
    claimed: Collection[str | None],
) -> str | None:
    """The id under which the user is stored; None for a new one. `claimed` are the ids in the file:
    whoever has the email of a user with one of them takes it over, as a new user.
    """
    known = connection.execute(
        """
        select user_id, organization_id from worksights.users
        where user_id = %(user_id)s
            or (%(user_id)s::text is null and organization_id = %(organization)s
                and lower(email collate "C") = lower(%(email)s collate "C"))
        """,
        {"user_id": user.user_id, "organization": organization_id, "email": user.email},
    ).fetchone()
    if known is None or (user.user_id is None and known[0] in claimed):
        return None
    if known[1] != organization_id:
        raise DirectoryConflict(f"line {user.line}: this user_id belongs to another organization")
    return str(known[0])


def _manager_of(
    connection: psycopg.Connection,
    organization_id: str,
    user: ImportedUser,
    of_file: Mapping[str, str],
) -> str | None:
    """The id of the user's manager; `of_file` are the ids of the file's users by email."""
    if user.manager_email is None or user.manager_email in of_file:
        return of_file.get(user.manager_email or "")
    stored = user_by_email(connection, organization_id=organization_id, email=user.manager_email)
    if stored is None or stored.user_id in of_file.values():  # its email changes in this file
        raise DirectoryConflict(f"line {user.line}: no user has this manager_email")
    return stored.user_id


_INSERT = """
    insert into worksights.users (
        user_id, organization_id, email, full_name, role, time_zone, manager_user_id, created_at,
        deactivated_at
    )
    select
        %(user_id)s, %(organization)s, %(email)s, %(full_name)s, %(role)s, %(time_zone)s,
        %(manager)s, coalesce(%(created_at)s, organizations.created_at), %(deactivated_at)s
    from worksights.organizations
    where organizations.organization_id = %(organization)s
"""
_UPDATE = """
    update worksights.users
    set
        email = %(email)s, full_name = %(full_name)s, role = %(role)s, time_zone = %(time_zone)s,
        manager_user_id = case when %(says_manager)s then %(manager)s else manager_user_id end,
        created_at = coalesce(%(created_at)s, created_at),
        deactivated_at = case
            when %(says_deactivated)s then %(deactivated_at)s else deactivated_at
        end
    where user_id = %(user_id)s
"""
