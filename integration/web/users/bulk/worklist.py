"""The Zoom users that are not mapped, with a suggestion for each: the work list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.users.bulk.suggestions import (
    SOUGHT,
    SUGGESTIONS,
    Suggestion,
    parameters_of_suggestions,
)
from integration.web.users.found import count_columns, with_found
from integration.web.users.zoom_users import ZoomUser

# The filters of the list that show the work list; the others are parts of the first.
WORK = {
    "unmapped": SQL("true"),
    "suggested": SQL("reason in ('alias', 'name')"),
    "several": SQL("reason = 'several'"),
    "rooms": SQL("reason = 'room'"),
    "unreviewed": SQL("not is_reviewed"),
}


@dataclass(frozen=True)
class WorkRow(ZoomUser, Suggestion):
    """An unmapped Zoom user with its suggestion, and the counts of the whole list. `is_reviewed`:
    somebody decided to leave it unmapped.
    """

    is_reviewed: bool
    counts: dict[str, int]


@dataclass(frozen=True)
class WorkCounts:
    unmapped: int = 0
    suggested: int = 0
    several: int = 0
    rooms: int = 0
    unreviewed: int = 0


def work_rows(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str,
    show: str,
    by_entries: bool,
    limit: int,
    offset: int,
) -> list[WorkRow]:
    """Those with the most waiting entries first, if they may be counted, then by name."""
    return rows.every(
        connection,
        WorkRow,
        with_found(connection, by_entries=by_entries)
        + SUGGESTIONS
        + _WORK
        + _ROWS.format(shown=WORK[show], counts=count_columns(WORK)),
        {
            **_parameters(connection, organization_id, search),
            "limit": limit,
            "offset": offset,
        },
    )


def counts_of(found: Sequence[WorkRow]) -> WorkCounts | None:
    """The counts that the rows of a page carry, which saves a second look; None without rows."""
    return WorkCounts(**found[0].counts) if found else None


def count_work(connection: psycopg.Connection, *, organization_id: str, search: str) -> WorkCounts:
    return rows.one(
        connection,
        WorkCounts,
        with_found(connection, by_entries=False) + SUGGESTIONS + _COUNTS,
        _parameters(connection, organization_id, search),
    )


def _parameters(
    connection: psycopg.Connection, organization_id: str, search: str
) -> Mapping[str, object]:
    return {
        "organization": organization_id,
        "zoom_user": None,
        "search": "",
        "sought": search,
        **parameters_of_suggestions(connection, organization_id),
    }


_WORK = SQL("""
    , work as (
        select
            found.zoom_account_id, found.zoom_user_id, found.display_name, found.email,
            found.status, found.has_phone, found.mapping, found.user_name, found.deactivated_at,
            found.is_waiting, found.entries_waiting, suggestions.reason,
            suggestions.people::integer as people,
            case when suggestions.reason not in ('several', 'two_profiles')
                then suggestions.suggested_user_id end as user_id,
            suggestions.suggested_name as full_name, suggestions.suggested_email as user_email,
            reviewed.zoom_user_id is not null as is_reviewed
        from found
        inner join suggestions using (zoom_user_id)
        left join integration.reviewed_zoom_users as reviewed
            on reviewed.organization_id = %(organization)s
            and reviewed.zoom_user_id = found.zoom_user_id
        where found.mapping = 'unmapped' and {sought}
    )
""").format(sought=SOUGHT)
_ROWS = SQL("""
    select work.*, (select to_jsonb(counted) from (select {counts} from work) as counted) as counts
    from work
    where {shown}
    order by
        entries_waiting desc, lower(coalesce(display_name, email, zoom_user_id)),
        zoom_account_id, zoom_user_id
    limit %(limit)s offset %(offset)s
""")
_COUNTS = _WORK + SQL("select {counts} from work").format(counts=count_columns(WORK))
