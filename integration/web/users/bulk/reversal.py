"""Finds what would undo a change to mappings: the rows that restore what applied before it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.changes.mapping_effects import MappingPeriod
from integration.web.users.mapping_changes import NewMapping


@dataclass(frozen=True)
class MadeChange:
    """A change to mappings that somebody saved at once, by the id of one of its rows."""

    changed_by: str
    changed_by_name: str | None
    changed_at: datetime


@dataclass(frozen=True)
class Restored:
    """What applied before the change, from one of its times on. `changed_since` is true if somebody
    has changed the mapping of this Zoom user after it.
    """

    zoom_user_id: str
    zoom_account_id: str
    effective_from: datetime
    user_id: str | None
    is_by_email: bool
    user_name: str | None
    changed_since: bool
    name: str
    mapped_to: str | None
    is_waiting: bool


@dataclass(frozen=True)
class Reversal:
    """What would be restored for one Zoom user, in the order of time."""

    zoom_user_id: str
    periods: tuple[Restored, ...]

    @property
    def first(self) -> Restored:
        return self.periods[0]

    @property
    def last(self) -> Restored:
        return self.periods[-1]

    @property
    def new_mappings(self) -> list[NewMapping]:
        return [
            NewMapping(
                one.zoom_user_id,
                one.zoom_account_id,
                one.user_id,
                one.effective_from,
                is_by_email=one.is_by_email,
            )
            for one in self.periods
        ]

    @property
    def effects(self) -> list[MappingPeriod]:
        ends = [*(one.effective_from for one in self.periods[1:]), None]
        return [
            MappingPeriod(
                one.zoom_user_id, one.user_id, one.effective_from, end, is_by_email=one.is_by_email
            )
            for one, end in zip(self.periods, ends, strict=True)
        ]


def made_change(
    connection: psycopg.Connection, change_id: str, *, organization_id: str
) -> MadeChange | None:
    """None if the organization has no such change."""
    if not change_id.isdecimal() or len(change_id) > 18:
        return None
    return rows.maybe_one(
        connection,
        MadeChange,
        _MADE,
        {"organization": organization_id, "change": int(change_id)},
    )


def reversals_of(
    connection: psycopg.Connection, change: MadeChange, *, organization_id: str
) -> list[Reversal]:
    """By the name of the Zoom user."""
    restored = rows.every(
        connection,
        Restored,
        _RESTORED,
        {
            "organization": organization_id,
            "changed_by": change.changed_by,
            "changed_at": change.changed_at,
        },
    )
    by_user = groupby(restored, key=lambda one: one.zoom_user_id)
    return [Reversal(zoom_user_id, tuple(of_one)) for zoom_user_id, of_one in by_user]


_OF_ORGANIZATION = SQL("""
    zoom_account_id in (
        select zoom_account_id from integration.connections
        where organization_id = %(organization)s
    )
""")
_MADE = SQL("""
    select made.changed_by, authors.full_name as changed_by_name, made.changed_at
    from integration.mapping_changes as made
    left join worksights.users as authors
        on authors.organization_id = %(organization)s and authors.user_id = made.changed_by
    where made.change_id = %(change)s and {of_organization}
""").format(of_organization=_OF_ORGANIZATION)
_RESTORED = SQL("""
    with made as (
        select zoom_user_id, zoom_account_id, effective_from, change_id
        from integration.mapping_changes
        where {of_organization} and changed_by = %(changed_by)s and changed_at = %(changed_at)s
    ),
    others as (
        select
            zoom_user_id, change_id, user_id, is_by_email, effective_from, changed_at
        from integration.mapping_changes
        where {of_organization}
            and zoom_user_id in (select zoom_user_id from made)
            and change_id not in (select change_id from made)
    ),
    last_made as (
        select zoom_user_id, max(change_id) as change_id from made group by zoom_user_id
    ),
    latest as (
        select zoom_user_id, max(change_id) as change_id from others group by zoom_user_id
    ),
    now_mapped as (
        select distinct on (zoom_user_id) zoom_user_id, user_id
        from integration.mapping_changes
        where {of_organization}
            and zoom_user_id in (select zoom_user_id from made)
            and effective_from <= now()
        order by zoom_user_id, effective_from desc, changed_at desc, change_id desc
    ),
    names as (
        select distinct on (subject) subject as zoom_user_id, value as name
        from pipeline.settings
        where organization_id = %(organization)s
            and kind in ('zoom_user_name', 'zoom_user_email')
            and subject in (select zoom_user_id from made)
            and valid @> now()
        order by subject, kind desc, zoom_account_id
    ),
    imported as (
        select distinct on (zoom_user_id)
            zoom_user_id, coalesce(display_name, email) as name
        from zoom_raw.users
        where organization_id = %(organization)s
            and zoom_user_id in (select zoom_user_id from made)
        order by zoom_user_id, imported_at desc
    )
    select
        made.zoom_user_id, made.zoom_account_id, made.effective_from, before.user_id,
        coalesce(before.is_by_email, true) as is_by_email, users.full_name as user_name,
        coalesce(latest.change_id > last_made.change_id, false) as changed_since,
        coalesce(names.name, imported.name, made.zoom_user_id) as name,
        now_mapped.user_id as mapped_to,
        exists (
            select from integration.mapping_requests as requests
            where requests.organization_id = %(organization)s
                and requests.zoom_user_id = made.zoom_user_id
                and requests.decision is null
        ) as is_waiting
    from made
    inner join last_made using (zoom_user_id)
    left join latest using (zoom_user_id)
    left join now_mapped using (zoom_user_id)
    left join names using (zoom_user_id)
    left join imported using (zoom_user_id)
    left join lateral (
        select others.user_id, others.is_by_email
        from others
        where others.zoom_user_id = made.zoom_user_id
            and others.effective_from <= made.effective_from
        order by others.effective_from desc, others.changed_at desc, others.change_id desc
        limit 1
    ) as before on true
    left join worksights.users
        on users.organization_id = %(organization)s and users.user_id = before.user_id
    order by
        lower(coalesce(names.name, imported.name, made.zoom_user_id)), made.zoom_user_id,
        made.effective_from, made.change_id
""").format(of_organization=_OF_ORGANIZATION)
