"""Writes a world's settings as WorkSights, the page or SQL would: only the differences."""

from collections.abc import Sequence
from typing import Any

import psycopg

from tests.laws.reference.world import IDENTITY_SETTINGS, Connection, Settings, User


def write(connection: psycopg.Connection, before: Settings, now: Settings) -> list[Connection]:
    """Writes in the caller's transaction and returns the connections that are new."""
    for organization_id in now.organizations:
        connection.execute(
            "insert into worksights.organizations (organization_id, name, created_at) "
            "values (%s, 'A firm', '2025-01-01Z') on conflict do nothing",
            [organization_id],
        )
        for name, value in IDENTITY_SETTINGS.items():
            connection.execute(
                "insert into integration.identity_settings (organization_id, name, value) "
                "values (%s, %s, %s) on conflict do nothing",
                [organization_id, name, value],
            )
    # First all get an unused address, because two users may exchange theirs.
    changed = [user for user in now.users if user not in before.users]
    for user in changed:
        _write_user(connection, user, email=f"{user.user_id}@between.test")
    for user in changed:
        _write_user(connection, user, email=user.email)
    for one in now.connections:
        if one not in before.connections:
            _write_connection(connection, one)
    _rewrite(connection, before, now, "mapping_changes")
    _rewrite(connection, before, now, "subscription_changes")
    _rewrite(connection, before, now, "exclusions")
    _rewrite(connection, before, now, "privacy_settings")
    _rewrite(connection, before, now, "pauses")
    known = {one.connection_id for one in before.connections}
    return [one for one in now.connections if one.connection_id not in known]


def _write_user(connection: psycopg.Connection, user: User, *, email: str) -> None:
    connection.execute(
        """
        insert into worksights.users
            (
                user_id, organization_id, email, full_name, role, created_at, deactivated_at,
                time_zone
            )
        values (%s, %s, %s, 'Somebody', 'member', %s, %s, %s)
        on conflict (user_id) do update set
            email = excluded.email, created_at = excluded.created_at,
            deactivated_at = excluded.deactivated_at, time_zone = excluded.time_zone
        """,
        [
            user.user_id,
            user.organization_id,
            email,
            user.created_at,
            user.deactivated_at,
            user.time_zone,
        ],
    )


def _write_connection(connection: psycopg.Connection, one: Connection) -> None:
    connection.execute(
        """
        insert into integration.connections (
            connection_id, organization_id, zoom_account_id, status, connected_at, granted_at,
            disconnected_at
        )
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (connection_id) do update set
            status = excluded.status, connected_at = excluded.connected_at,
            granted_at = excluded.granted_at, disconnected_at = excluded.disconnected_at
        """,
        [
            one.connection_id,
            one.organization_id,
            one.zoom_account_id,
            "disconnected" if one.disconnected_at else "active",
            one.connected_at,
            one.granted_at,
            one.disconnected_at,
        ],
    )


def _rewrite(
    connection: psycopg.Connection,
    before: Settings,
    now: Settings,
    name: str,
) -> None:
    """Appends the new rows. If old ones are missing, writes all of them again in their order."""
    old: Sequence[Any] = getattr(before, name)
    rows: Sequence[Any] = getattr(now, name)
    if rows[: len(old)] != old:
        for row in set(old):
            _delete(connection, name, row)
        old = ()
    for row in rows[len(old) :]:
        _insert(connection, name, row)


def _delete(connection: psycopg.Connection, name: str, row: Any) -> None:
    columns = list(vars(row))
    conditions = " and ".join(f"{column} is not distinct from %s" for column in columns)
    # The names come from our own dataclasses, not from input.
    statement = f"delete from integration.{name} where {conditions}"  # noqa: S608
    connection.execute(statement, list(vars(row).values()))


def _insert(connection: psycopg.Connection, name: str, row: Any) -> None:
    columns = ", ".join(vars(row))
    places = ", ".join(["%s"] * len(vars(row)))
    statement = f"insert into integration.{name} ({columns}) values ({places})"  # noqa: S608
    connection.execute(statement, list(vars(row).values()))
