"""A login for each kind of process, with only the privileges it needs.

The product's roles are these logins: a session of the receiver is one of the role `receiver`, and
`set role none` leads nowhere else. Only the owner, who is for migrations, can act as all of them.
"""

from dataclasses import dataclass
from secrets import token_urlsafe

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from integration.database import rows
from integration.database.address import place_of, role_name, url_of_login
from integration.database.postgres import connect, transaction
from integration.database.role_names import ROLES, Role
from integration.database.unavailable import DatabaseUnavailable

PASSWORD_BYTES = 32


@dataclass(frozen=True)
class Login:
    """`url` has the new password; it is None where the login keeps the one it had."""

    role: Role
    name: str
    url: str | None


def create_roles(connection: psycopg.Connection, url: str) -> None:
    """Creates the roles that are missing and lets the owner act as them, as the first migration
    does: a backup can be restored only when they are there.
    """
    for role in ROLES:
        name = Identifier(role_name(url, role))
        if not role_exists(connection, role_name(url, role)):
            connection.execute(SQL("create role {} nologin").format(name))
        acts_as = rows.scalar(
            connection,
            bool,
            "select pg_has_role(%(name)s, 'set') and pg_has_role(%(name)s, 'usage')",
            {"name": role_name(url, role)},
        )
        if not acts_as:
            connection.execute(
                SQL("grant {} to current_user with set true, inherit true").format(name)
            )


def create_logins(url: str, *, new_passwords: frozenset[str]) -> list[Login]:
    """Lets each role log in, with a password that only the result contains. A role that can log in
    already keeps its password unless it is one of `new_passwords`. `url` is the owner's.

    DatabaseUnavailable, with the next step, if the owner may not change a role.
    """
    logins = []
    with transaction(url, at_any_schema=True) as connection:
        try:
            create_roles(connection, url)
            set_database_rights(connection, url)
            for role in ROLES:
                name = role_name(url, role)
                is_kept = can_log_in(connection, name) and role not in new_passwords
                own_url = (
                    None if is_kept else url_of_login(url, name, _set_password(connection, name))
                )
                logins.append(Login(role, name, own_url))
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseUnavailable(
                f"The owner of the database at {place_of(url)} cannot change its logins "
                f"({error.diag.message_primary}). Another database of this server has the same "
                "roles, or the owner lacks CREATEROLE. Set DATABASE_ROLE_PREFIX before the first "
                "`migrate`, so that this installation gets separate roles, or run: alter role "
                "OWNER createrole"
            ) from error
    return logins


def check_login(login: Login) -> None:
    """DatabaseUnavailable if nobody can log in with the new password."""
    if login.url is not None:
        connect(login.url, role=login.role, at_any_schema=True).close()


def allow_logins_without_password(url: str) -> None:
    """For the embedded server, whose folder nobody else can enter."""
    with transaction(url) as connection:
        for role in ROLES:
            name = role_name(url, role)
            if not can_log_in(connection, name):
                connection.execute(SQL("alter role {} login").format(Identifier(name)))


def set_database_rights(connection: psycopg.Connection, url: str) -> None:
    """Who may create schemas and temporary tables in this database. A backup does not contain
    these rights, because they belong to the database itself.
    """
    database = Identifier(connection.info.dbname)
    pipeline = Identifier(role_name(url, "pipeline"))
    connection.execute(
        SQL("grant create, temporary on database {} to {}").format(database, pipeline)
    )
    connection.execute(SQL("revoke temporary on database {} from public").format(database))


def can_log_in(connection: psycopg.Connection, name: str) -> bool:
    return rows.scalar(
        connection,
        bool,
        "select exists (select from pg_roles where rolname = %s and rolcanlogin)",
        [name],
    )


def role_exists(connection: psycopg.Connection, name: str) -> bool:
    return rows.scalar(
        connection, bool, "select exists (select from pg_roles where rolname = %s)", [name]
    )


def _set_password(connection: psycopg.Connection, name: str) -> str:
    """A new password. The server gets only what it needs to check it, so no log has it."""
    password = token_urlsafe(PASSWORD_BYTES)
    verifier = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    )
    connection.execute(
        SQL("alter role {} login password {}").format(Identifier(name), Literal(verifier.decode()))
    )
    return password
