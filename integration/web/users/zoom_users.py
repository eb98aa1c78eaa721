"""Reads an organization's Zoom users and their current mappings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.users.found import count_columns, with_found

# The list's filters.
SHOWN = {
    "all": SQL("true"),
    "unmapped": SQL("mapping = 'unmapped'"),
    "mapped": SQL("user_id is not null"),
    "email": SQL("mapping = 'email'"),
    "nobody": SQL("mapping = 'nobody'"),
    "manual": SQL("mapping in ('manual', 'nobody')"),
    "phone": SQL("has_phone"),
    "waiting": SQL("is_waiting"),
}


@dataclass(frozen=True)
class ZoomUser:
    """`mapping` is the reason for the mapping: set manually to a user ("manual") or to "nobody", by
    an equal "email", or none ("unmapped"). `user_name` is None if that user does not exist.
    `entries_waiting` counts the sessions without an entry because the Zoom user is not mapped;
    `is_waiting` means that a mapping waits for a second person.
    """

    zoom_account_id: str
    zoom_user_id: str
    display_name: str | None
    email: str | None
    status: str | None
    has_phone: bool
    mapping: Literal["manual", "nobody", "email", "unmapped"]
    user_id: str | None
    user_name: str | None
    user_email: str | None
    deactivated_at: datetime | None
    is_waiting: bool
    entries_waiting: int


@dataclass(frozen=True)
class ZoomUserCounts:
    """The number of Zoom users found, by filter."""

    all: int
    unmapped: int
    mapped: int
    email: int
    nobody: int
    manual: int
    phone: int
    waiting: int


def zoom_users_of(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    show: str = "all",
    by_entries: bool,
    limit: int,
    offset: int = 0,
) -> list[ZoomUser]:
    """The Zoom users found, by name. With `by_entries`, those with the most waiting entries come
    first; without it, no entries are counted.
    """
    return rows.every(
        connection,
        ZoomUser,
        with_found(connection, by_entries=by_entries) + _PAGE.format(shown=SHOWN[show]),
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": search,
            "limit": limit,
            "offset": offset,
        },
    )


def count_zoom_users(
    connection: psycopg.Connection, *, organization_id: str, search: str = ""
) -> ZoomUserCounts:
    return rows.one(
        connection,
        ZoomUserCounts,
        with_found(connection, by_entries=False) + _COUNTS,
        {"organization": organization_id, "zoom_user": None, "search": search},
    )


def zoom_user_of(
    connection: psycopg.Connection, zoom_user_id: str, *, organization_id: str, by_entries: bool
) -> ZoomUser | None:
    """The Zoom user; None if the id is unknown or belongs to another organization. An id in two
    accounts of the organization is one person: mappings apply to both.
    """
    return rows.maybe_one(
        connection,
        ZoomUser,
        with_found(connection, by_entries=by_entries) + _ONE,
        {"organization": organization_id, "zoom_user": zoom_user_id, "search": ""},
    )


_PAGE = SQL("""
    select * from found
    where {shown}
    order by
        entries_waiting desc, lower(coalesce(display_name, email, zoom_user_id)),
        zoom_account_id, zoom_user_id
    limit %(limit)s offset %(offset)s
""")
_ONE = SQL("select * from found order by zoom_account_id limit 1")
_COUNTS = SQL("select {counts} from found").format(counts=count_columns(SHOWN))
