"""Removes all data of an organization: from every table that has organizations or Zoom accounts,
derived ones included.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from integration.connections.connections import lock_account
from integration.connections.tokens import pop_tokens
from integration.database import rows
from integration.privacy.certificates import incomplete_of_organization
from integration.privacy.registry_rows import PersonalRows

# The record of the erasure. The audit trail is a chain through all organizations: its rows stay,
# without author, subject and details.
KEPT = ("integration.erasures", "integration.audit_trail")
# Deleted last, in this order: the others refer to them.
LAST = ("integration.connections", "worksights.users", "worksights.organizations")


@dataclass(frozen=True)
class Erased:
    removed: Counter[str]
    tokens: list[str]  # to revoke the grants at Zoom


def accounts_of(connection: psycopg.Connection, organization_id: str) -> list[str]:
    """The Zoom accounts that are or were connected to the organization."""
    return rows.scalars(
        connection,
        str,
        "select distinct zoom_account_id from integration.connections "
        "where organization_id = %s order by zoom_account_id",
        [organization_id],
    )


def is_known(
    connection: psycopg.Connection, organization_id: str, accounts: Collection[str]
) -> bool:
    """Whether there is anything of the organization, or an erasure of it that is not complete."""
    return bool(
        +remaining_rows(connection, organization_id, accounts)
        or incomplete_of_organization(connection, organization_id)
    )


def organization_name(connection: psycopg.Connection, organization_id: str) -> str | None:
    """None if that organization no longer exists, or never did."""
    return rows.maybe_scalar(
        connection,
        str,
        "select name from worksights.organizations where organization_id = %s",
        [organization_id],
    )


def erase_organization(
    connection: psycopg.Connection,
    organization_id: str,
    accounts: Sequence[str],
    *,
    keys: Sequence[str],
) -> Erased:
    """Removes the organization in the caller's transaction. The connection is the owner's."""
    for account in accounts:
        lock_account(connection, account)
    removed: Counter[str] = Counter()
    removed["dagster"] = _remove_from_runs(connection, organization_id, accounts)
    tokens = _pop_tokens(connection, organization_id, keys)
    tables = {table: own for table, own in _own_rows(connection).items() if table not in KEPT}
    for table in sorted(tables, key=lambda table: LAST.index(table) + 1 if table in LAST else 0):
        removed[table] += connection.execute(
            SQL("delete from {} where {}").format(_name(table), tables[table]),
            {"own": organization_id, "accounts": list(accounts)},
        ).rowcount
    removed["integration.audit_trail"] = connection.execute(
        """
        update integration.audit_trail set user_id = 'erased', subject = 'erased', details = '{}'
        where organization_id = %s and kind <> 'organization_erased'
            and (user_id, subject, details) is distinct from ('erased', 'erased', '{}'::jsonb)
        """,
        [organization_id],
    ).rowcount
    return Erased(removed, tokens)


def remaining_rows(
    connection: psycopg.Connection, organization_id: str, accounts: Collection[str]
) -> Counter[str]:
    """The organization's remaining rows by table, also 0, in every table that has organizations or
    accounts, and in the audit trail those that are not emptied.
    """
    left: Counter[str] = Counter()
    for table, own in _own_rows(connection).items():
        if table in KEPT:
            continue
        left[table] = rows.scalar(
            connection,
            int,
            SQL("select count(*) from {} where {}").format(_name(table), own),
            {"own": organization_id, "accounts": list(accounts)},
        )
    left["integration.audit_trail"] = rows.scalar(
        connection,
        int,
        """
        select count(*) from integration.audit_trail
        where organization_id = %s and kind <> 'organization_erased'
            and (user_id, subject, details) is distinct from ('erased', 'erased', '{}'::jsonb)
        """,
        [organization_id],
    )
    return left


def _own_rows(connection: psycopg.Connection) -> dict[str, Composed]:
    """Table -> the condition for the rows of an organization (`own`) and its `accounts`. A table
    with both columns has rows of an account without an organization, such as deliveries that
    arrived before it was connected.
    """
    found = connection.execute(
        """
        select nspname || '.' || relname, array_agg(attname::text)
        from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where attname in ('organization_id', 'zoom_account_id') and relkind in ('r', 'p')
            and not relispartition and not attisdropped
            and not pg_is_other_temp_schema(relnamespace)
        group by nspname, relname
        order by nspname, relname
        """
    ).fetchall()
    return {table: _condition(columns) for table, columns in found}


def _condition(columns: Collection[str]) -> Composed:
    organization = SQL("organization_id = %(own)s")
    account = SQL("zoom_account_id = any(%(accounts)s)")
    if "zoom_account_id" not in columns:
        return SQL("{}").format(organization)
    if "organization_id" not in columns:
        return SQL("{}").format(account)
    # Before 'unknown_account' is decided, and after, a delivery has no organization or '-'.
    return SQL("({} or ({} and coalesce(organization_id, '-') = '-'))").format(
        organization, account
    )


def _pop_tokens(
    connection: psycopg.Connection, organization_id: str, keys: Sequence[str]
) -> list[str]:
    connections = rows.scalars(
        connection,
        str,
        "select connection_id from integration.connections where organization_id = %s",
        [organization_id],
    )
    popped = [pop_tokens(connection, each, keys=keys) for each in connections]
    return [token for token in popped if token]


def _remove_from_runs(
    connection: psycopg.Connection, organization_id: str, accounts: Sequence[str]
) -> int:
    """Removes what Dagster may have stored about the accounts and the people."""
    known = {
        address.lower()
        for address in rows.scalars(
            connection,
            str,
            """
            select email from worksights.users where organization_id = %(own)s
            union
            select email from zoom_raw.users
            where organization_id = %(own)s and email is not null
            union
            select address from clientsights_raw.email_addresses where organization_id = %(own)s
            """,
            {"own": organization_id},
        )
    }
    personal = PersonalRows(connection, organization_id)
    removed = 0
    for column in personal.columns_of_runs():
        own = {piece for piece in personal.addresses_in(column) if piece.lower() in known}
        removed += personal.remove_with(column, own | set(accounts))
    return removed


def _name(table: str) -> Identifier:
    return Identifier(*table.split(".", 1))
