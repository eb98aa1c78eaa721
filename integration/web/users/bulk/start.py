"""From when the mappings of many Zoom users apply: one choice for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

import psycopg
from psycopg.sql import SQL

from integration.connections.listed import ListedConnection
from integration.database import rows
from integration.dates import DateStyle
from integration.pipeline.marts import marts_exist
from integration.web.changes.effective import TimeChoice, time_choice

Since = Literal["first", "now", "day"]


@dataclass(frozen=True)
class Start:
    """`first` is from each Zoom user's first session without an entry, or from now if there is
    none. `time` has the day, and why it is not allowed.
    """

    since: Since
    time: TimeChoice

    @property
    def refusal(self) -> str:
        return self.time.refusal

    def moment(self, missed_since: datetime | None, *, now: datetime) -> datetime:
        if self.since == "first":
            return min(missed_since or now, now)
        return self.time.effective.moment if self.time.effective else now


def start_of(
    read: Callable[[str], str],
    connections: list[ListedConnection],
    *,
    now: datetime,
    time_zone: str,
    dates: DateStyle,
) -> Start:
    asked = read("since")
    since = cast(Since, asked) if asked in get_args(Since) else "first"
    return Start(since, time_choice(read, connections, now=now, time_zone=time_zone, dates=dates))


@dataclass(frozen=True)
class _Missed:
    zoom_user_id: str
    since: datetime


def missed_since(
    connection: psycopg.Connection, zoom_users: Sequence[str], *, organization_id: str
) -> Mapping[str, datetime]:
    """When the first session ended that has no entry because the Zoom user was not mapped."""
    if not marts_exist(connection):
        return {}
    found = rows.every(
        connection,
        _Missed,
        _MISSED,
        {"organization": organization_id, "zoom_users": list(zoom_users)},
    )
    return {one.zoom_user_id: one.since for one in found}


# Uses the index of outcomes without an entry: one row is read per Zoom user.
_MISSED = SQL("""
    select asked.zoom_user_id, first.ended_at as since
    from unnest(%(zoom_users)s::text[]) as asked (zoom_user_id)
    cross join lateral (
        select lost.ended_at from intermediate.int_outcomes as lost
        where lost.organization_id = %(organization)s
            and lost.zoom_user_id = asked.zoom_user_id
            and lost.outcome = 'not_mapped'
            and not lost.is_paused
        order by lost.ended_at
        limit 1
    ) as first
""")
