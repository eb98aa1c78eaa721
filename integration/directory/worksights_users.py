"""Reads and stores WorkSights users, which the host product or `import-users` provides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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

    Managers are looked up after all lines, so that a file can name them in any order.
    """
    new = 0
    for user in users:
        try:
            with connection.transaction():
                new += _upsert(connection, organization_id, user)
        except psycopg.errors.UniqueViolation as error:
            raise DirectoryConflict(
                f"line {user.line}: another user in this organization already has this email"
            ) from error
    for user in users:
        if user.says_manager:
            _set_manager(connection, organization_id, user)
    return new, len(users) - new


def _upsert(connection: psycopg.Connection, organization_id: str, user: ImportedUser) -> int:
    known = connection.execute(
        """
        select user_id, organization_id from worksights.users
        where user_id = %(user_id)s
            or (%(user_id)s::text is null and organization_id = %(organization)s
                and lower(email collate "C") = lower(%(email)s collate "C"))
        """,
        {"user_id": user.user_id, "organization": organization_id, "email": user.email},
    ).fetchone()
    if known and known[1] != organization_id:
        raise DirectoryConflict(f"line {user.line}: this user_id belongs to another organization")
    values = {
        "user_id": known[0] if known else user.user_id,
        "organization": organization_id,
        "email": user.email,
        "full_name": user.full_name,
        "role": user.role,
        "time_zone": user.time_zone,
        "created_at": user.created_at,
        "deactivated_at": user.deactivated_at,
        "says_deactivated": user.says_deactivated,
    }
    if known:
        connection.execute(_UPDATE, values)
        return 0
    connection.execute(_INSERT, values)
    return 1


def _set_manager(connection: psycopg.Connection, organization_id: str, user: ImportedUser) -> None:
    manager = None
    if user.manager_email:
        manager = user_by_email(
            connection, organization_id=organization_id, email=user.manager_email
        )
        if manager is None:
            raise DirectoryConflict(f"line {user.line}: no user has this manager_email")
    connection.execute(
        _SET_MANAGER,
        {
            "organization": organization_id,
            "email": user.email,
            "manager": manager.user_id if manager else None,
        },
    )


_INSERT = """
    insert into worksights.users (
        user_id, organization_id, email, full_name, role, time_zone, created_at, deactivated_at
    )
    select
        coalesce(%(user_id)s, gen_random_uuid()::text), %(organization)s, %(email)s, %(full_name)s,
        %(role)s,
        %(time_zone)s, coalesce(%(created_at)s, organizations.created_at), %(deactivated_at)s
    from worksights.organizations
    where organizations.organization_id = %(organization)s
"""
_UPDATE = """
    update worksights.users
    set
        email = %(email)s, full_name = %(full_name)s, role = %(role)s, time_zone = %(time_zone)s,
        created_at = coalesce(%(created_at)s, created_at),
        deactivated_at = case
            when %(says_deactivated)s then %(deactivated_at)s else deactivated_at
        end
    where user_id = %(user_id)s
"""
_SET_MANAGER = """
    update worksights.users set manager_user_id = %(manager)s
    where organization_id = %(organization)s
        and lower(email collate "C") = lower(%(email)s collate "C")
        and manager_user_id is distinct from %(manager)s
"""
