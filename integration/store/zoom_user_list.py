"""The Zoom users of an organization and whom each is mapped to, as they stand now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.rows import class_row

from integration.store.marts import marts_are_there

Show = Literal["all", "unmapped", "mapped", "nobody", "manual", "phone"]


@dataclass(frozen=True)
class ZoomUser:
    """`mapping` says what decides: a manual mapping to a user ("manual") or to "nobody", an equal
    "email", or nothing yet ("unmapped"). `user_name` is None when that user is not there;
    `entries_waiting` counts the sessions that have no entry because nobody is mapped.
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
    entries_waiting: int


@dataclass(frozen=True)
class Counts:
    """How many of those found there are of each kind."""

    all: int
    unmapped: int
    mapped: int
    nobody: int
    manual: int
    phone: int


def zoom_users_of(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    show: Show = "all",
    by_entries: bool,
    limit: int,
    offset: int = 0,
) -> list[ZoomUser]:
    """By name; with `by_entries` those first whose mapping would bring most. Without it nobody's
    entries are counted.
    """
    cursor = connection.cursor(row_factory=class_row(ZoomUser))
    statement = _FOUND + _PAGE.replace("{shown}", _SHOWN[show])
    return cursor.execute(
        statement.replace("{entries_waiting}", _entries_waiting(connection, by_entries)),
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": search,
            "limit": limit,
            "offset": offset,
        },
    ).fetchall()


def count_zoom_users(
    connection: psycopg.Connection, *, organization_id: str, search: str = ""
) -> Counts:
    cursor = connection.cursor(row_factory=class_row(Counts))
    return cursor.execute(
        (_FOUND + _COUNTS).replace("{entries_waiting}", "0"),
        {"organization": organization_id, "zoom_user": None, "search": search},
    ).fetchone()


def zoom_user_of(
    connection: psycopg.Connection, zoom_user_id: str, *, organization_id: str, by_entries: bool
) -> ZoomUser | None:
    """None for an id that is unknown or another organization's. An id that two accounts of the
    organization have is one person: mappings count for both.
    """
    cursor = connection.cursor(row_factory=class_row(ZoomUser))
    return cursor.execute(
        (_FOUND + _ONE).replace("{entries_waiting}", _entries_waiting(connection, by_entries)),
        {"organization": organization_id, "zoom_user": zoom_user_id, "search": ""},
    ).fetchone()


def _entries_waiting(connection: psycopg.Connection, by_entries: bool) -> str:
    """Counted only for those who are not mapped, by an index that holds all it needs."""
    if not by_entries or not marts_are_there(connection):
        return "0"
    return """
        case when manual.zoom_user_id is null and by_email.user_id is null then (
            select count(*) from timeline.participants
            where participants.organization_id = %(organization)s
                and participants.zoom_user_id = known.zoom_user_id
                and participants.outcome = 'not_mapped'
        ) else 0 end
    """


_SHOWN: dict[Show, str] = {
    "all": "true",
    "unmapped": "mapping = 'unmapped'",
    "mapped": "user_id is not null",
    "nobody": "mapping = 'nobody'",
    "manual": "mapping in ('manual', 'nobody')",
    "phone": "has_phone",
}
# Emails and names are those that the latest batch knew, from imports and user events. What an import
# has brought since stands in where there is none yet.
_FOUND = """
    with imported as (
        select distinct on (zoom_account_id, zoom_user_id)
            zoom_account_id, zoom_user_id, lower(email) as email, status,
            coalesce(
                display_name, nullif(concat_ws(' ', first_name, last_name), '')
            ) as display_name
        from zoom_raw.users
        where organization_id = %(organization)s
            and (%(zoom_user)s::text is null or zoom_user_id = %(zoom_user)s)
        order by zoom_account_id, zoom_user_id, imported_at desc
    ),
    facts as (
        select
            zoom_account_id, subject as zoom_user_id,
            max(value) filter (where kind = 'zoom_user_email') as email,
            max(value) filter (where kind = 'zoom_user_name') as display_name
        from pipeline.settings
        where organization_id = %(organization)s
            and kind in ('zoom_user_email', 'zoom_user_name')
            and (%(zoom_user)s::text is null or subject = %(zoom_user)s)
            and valid @> now()
        group by zoom_account_id, subject
    ),
    phone_users as (
        select distinct on (zoom_account_id, zoom_user_id)
            zoom_account_id, zoom_user_id,
            coalesce(extension_id, extension_number) is not null as has_phone
        from zoom_raw.phone_users
        where organization_id = %(organization)s
        order by zoom_account_id, zoom_user_id, imported_at desc
    ),
    known as (
        select
            zoom_account_id, zoom_user_id, imported.status,
            coalesce(facts.display_name, imported.display_name) as display_name,
            coalesce(facts.email, imported.email) as email,
            coalesce(phone_users.has_phone, false) as has_phone
        from imported
        full outer join facts using (zoom_account_id, zoom_user_id)
        left join phone_users using (zoom_account_id, zoom_user_id)
    ),
    manual as (
        select distinct on (zoom_user_id) zoom_user_id, user_id
        from integration.mapping_changes
        where zoom_account_id in (
                select zoom_account_id from integration.connections
                where organization_id = %(organization)s
            )
            and effective_from <= now()
        order by zoom_user_id, effective_from desc, changed_at desc, change_id desc
    ),
    by_email as (
        select user_id, lower(btrim(email)) as email from worksights.users
        where organization_id = %(organization)s
    ),
    found as (
        select
            known.zoom_account_id, known.zoom_user_id, known.display_name, known.email,
            known.status, known.has_phone,
            case
                when manual.user_id is not null then 'manual'
                when manual.zoom_user_id is not null then 'nobody'
                when by_email.user_id is not null then 'email'
                else 'unmapped'
            end as mapping,
            coalesce(manual.user_id, by_email.user_id) as user_id,
            users.full_name as user_name, users.email as user_email, users.deactivated_at,
            {entries_waiting} as entries_waiting
        from known
        left join manual using (zoom_user_id)
        left join by_email on manual.zoom_user_id is null and by_email.email = known.email
        left join worksights.users
            on users.organization_id = %(organization)s
            and users.user_id = coalesce(manual.user_id, by_email.user_id)
        where %(search)s::text = ''
            or strpos(lower(concat_ws(
                E'\\n', known.display_name, known.email, known.zoom_user_id, users.full_name,
                users.email
            )), lower(%(search)s)) > 0
    )
"""
_PAGE = """
    select * from found
    where {shown}
    order by
        entries_waiting desc, lower(coalesce(display_name, email, zoom_user_id)),
        zoom_account_id, zoom_user_id
    limit %(limit)s offset %(offset)s
"""
_ONE = "select * from found order by zoom_account_id limit 1"
_COUNTS = "select {counts} from found".replace(
    "{counts}",
    ", ".join(f'count(*) filter (where {kind}) as "{name}"' for name, kind in _SHOWN.items()),
)
