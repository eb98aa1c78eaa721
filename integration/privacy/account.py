"""Removes all data of a Zoom account except derived tables; finds accounts due for erasure."""

from collections import Counter
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

from integration.connections.connections import lock_account
from integration.database import rows
from integration.zoom.parties import ZOOM_USER, fields_of

# The connections are deleted last, because they name the account's organization. Their tokens are
# deleted with them.
TABLES = (
    "zoom_raw.events",
    "zoom_raw.users",
    "zoom_raw.phone_users",
    "zoom_raw.imports",
    "zoom_raw.healed_days",
    "zoom_raw.known_sessions",
    "integration.refused_sources",
    "integration.mapping_changes",
    "integration.mapping_requests",
    "integration.connections",
)
# The ledger is kept without its bodies, the record of the erasure names its account, and how many
# requests healing has sent is deleted after 90 days.
KEPT = ("ingress.deliveries", "integration.erasures", "pipeline.zoom_requests")


def organizations_of_account(connection: psycopg.Connection, zoom_account_id: str) -> list[str]:
    """The organization of the account: one or none."""
    return rows.scalars(
        connection,
        str,
        "select distinct organization_id from integration.connections where zoom_account_id = %s",
        [zoom_account_id],
    )


def erase_account(
    connection: psycopg.Connection, organization_id: str, zoom_account_id: str
) -> Counter[str]:
    """Removes the account's rows and bodies, and the addresses, names and reviews known only from
    them. Returns the number of removed rows by table. Its connection is deleted, too.
    """
    lock_account(connection, zoom_account_id)
    removed: Counter[str] = Counter()
    for table in TABLES:
        removed[table] = connection.execute(
            SQL("delete from {} where zoom_account_id = %s").format(Identifier(*table.split("."))),
            [zoom_account_id],
        ).rowcount
    removed["ingress.deliveries"] = connection.execute(
        """
        update ingress.deliveries set body = null
        where zoom_account_id = %s and body is not null and disposition <> 'waiting'
        """,
        [zoom_account_id],
    ).rowcount
    return removed + delete_orphans(connection, organization_id)


def delete_orphans(connection: psycopg.Connection, organization_id: str) -> Counter[str]:
    """Removes the addresses and names that no longer occur in any event or Zoom user, with what is
    stored about them, and the reviews of Zoom users who no longer occur. Reads all events of the
    organization.
    """
    parameters = {
        "own": organization_id,
        "email_fields": fields_of("email"),
        "name_fields": fields_of("name"),
        "first_name": ZOOM_USER["first_name"],
        "last_name": ZOOM_USER["last_name"],
        "zoom_user_id": ZOOM_USER["zoom_user_id"],
    }
    return Counter(
        {
            table: connection.execute(statement, parameters).rowcount
            for table, statement in _ORPHANED.items()
        }
    )


def remaining_rows(connection: psycopg.Connection, zoom_account_id: str) -> Counter[str]:
    """The account's remaining rows by table, including 0, in every table that has accounts."""
    tables = connection.execute(
        """
        select nspname, relname from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        inner join pg_namespace on pg_namespace.oid = relnamespace
        where attname = 'zoom_account_id' and relkind in ('r', 'p') and not relispartition
            and nspname || '.' || relname <> all(%s)
        order by nspname, relname
        """,
        [list(KEPT)],
    ).fetchall()
    left: Counter[str] = Counter()
    for schema, name in tables:
        left[f"{schema}.{name}"] = rows.scalar(
            connection,
            int,
            SQL("select count(*) from {} where zoom_account_id = %s").format(
                Identifier(schema, name)
            ),
            [zoom_account_id],
        )
    left["ingress.deliveries"] = rows.scalar(
        connection,
        int,
        """
        select count(*) from ingress.deliveries
        where zoom_account_id = %s and body is not null and disposition <> 'waiting'
        """,
        [zoom_account_id],
    )
    return left


def accounts_due(connection: psycopg.Connection, *, now: datetime) -> list[str]:
    """Zoom accounts that removed the app, are past the grace period, and were not reconnected,
    according to their newest connection.
    """
    return rows.scalars(
        connection,
        str,
        """
        select due.zoom_account_id
        from integration.connections as due
        where due.erase_due_at <= %s
            and not exists (
                select from integration.connections as newer
                where newer.zoom_account_id = due.zoom_account_id
                    and (newer.disconnected_at is null or newer.connected_at > due.connected_at)
            )
        order by due.erase_due_at
        """,
        [now],
    )


_ORPHANED = {
    "clientsights_raw.email_addresses": """
        delete from clientsights_raw.email_addresses
        where organization_id = %(own)s and address not in (
            select lower((fields ->> named.field) collate "C")
            from zoom_raw.events
            cross join unnest(%(email_fields)s::text[]) as named (field)
            where events.organization_id = %(own)s and fields ? named.field
            union
            select lower(email collate "C") from zoom_raw.users
            where organization_id = %(own)s and email is not null
        )
    """,
    "integration.person_names": """
        delete from integration.person_names
        where organization_id = %(own)s and not exists (
            select from clientsights_raw.email_addresses as known
            where known.organization_id = person_names.organization_id
                and known.person_key = person_names.person_key
        )
    """,
    "integration.reviewed_zoom_users": """
        delete from integration.reviewed_zoom_users
        where organization_id = %(own)s and not exists (
            select from zoom_raw.users as known
            where known.organization_id = reviewed_zoom_users.organization_id
                and known.zoom_user_id = reviewed_zoom_users.zoom_user_id
        ) and not exists (
            select from zoom_raw.events as known
            where known.organization_id = reviewed_zoom_users.organization_id
                and known.event like 'user.%%'
                and known.fields ->> %(zoom_user_id)s = reviewed_zoom_users.zoom_user_id
        )
    """,
    "clientsights_raw.email_address_moves": """
        delete from clientsights_raw.email_address_moves
        where organization_id = %(own)s and not exists (
            select from clientsights_raw.email_addresses as known
            where known.organization_id = email_address_moves.organization_id
                and known.address = email_address_moves.address
        )
    """,
    "clientsights_raw.display_names": """
        delete from clientsights_raw.display_names
        where organization_id = %(own)s and display_name not in (
            select fields ->> named.field
            from zoom_raw.events
            cross join unnest(%(name_fields)s::text[]) as named (field)
            where events.organization_id = %(own)s and fields ? named.field
            union
            select concat_ws(' ', fields ->> %(first_name)s, fields ->> %(last_name)s)
            from zoom_raw.events
            where events.organization_id = %(own)s and event like 'user.%%'
            union
            select names.name
            from zoom_raw.users
            cross join lateral (
                values (left(display_name, 512)),
                    (left(concat_ws(' ', first_name, last_name), 512))
            ) as names (name)
            where users.organization_id = %(own)s and names.name is not null
        )
    """,
}
