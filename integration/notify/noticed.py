"""Keeps which causes are open, so that each leads to one notification. Another follows only if the
cause ends and comes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from integration.causes.cause import OpenCause
from integration.causes.table import CAUSES
from integration.database import rows

LOOKS_EVERY = timedelta(minutes=1)
KNOWN_FOR = 5 * LOOKS_EVERY  # a look may be late; without a channel, there are none


@dataclass(frozen=True)
class Noticed:
    """A stored cause. `organization_id` is None for one of the whole installation."""

    cause_id: int
    organization_id: str | None
    cause: str
    subject: str
    facts: dict[str, Any]
    since: datetime
    ended_at: datetime | None

    @property
    def as_found(self) -> OpenCause:
        return OpenCause(self.cause, self.subject, self.since, self.facts)


def is_time_to_look(connection: psycopg.Connection, *, now: datetime) -> bool:
    """True for one process in a minute."""
    return bool(
        connection.execute(
            "update integration.last_looks set looked_at = %s "
            "where what = 'causes' and looked_at <= %s",
            [now, now - LOOKS_EVERY],
        ).rowcount
    )


def store_found(
    connection: psycopg.Connection,
    found: Sequence[OpenCause],
    *,
    organization_id: str | None,
    now: datetime,
) -> list[Noticed]:
    """Stores new causes and the end of those that were not found, and returns the causes that
    somebody has to be notified of. Of several processes, one gets each.
    """
    for one in found:
        connection.execute(
            """
            insert into integration.causes
                (organization_id, cause, subject, facts, since, noticed_at)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (coalesce(organization_id, ''), cause, subject) where ended_at is null
                do nothing
            """,
            [organization_id, one.name, one.subject, Jsonb(one.facts), one.since or now, now],
        )
    connection.execute(
        """
        update integration.causes set ended_at = %(now)s
        where organization_id is not distinct from %(organization)s and ended_at is null
            and noticed_at < %(now)s
            and (cause, subject) not in (
                select * from unnest(%(causes)s::text[], %(subjects)s::text[])
            )
        """,
        {
            "now": now,
            "organization": organization_id,
            "causes": [one.name for one in found],
            "subjects": [one.subject for one in found],
        },
    )
    return rows.every(
        connection,
        Noticed,
        """
        update integration.causes set notified_at = %(now)s
        from unnest(%(names)s::text[], %(holds)s::interval[]) as known (name, holds)
        where causes.organization_id is not distinct from %(organization)s
            and causes.ended_at is null and causes.notified_at is null
            and causes.cause = known.name and causes.since <= %(now)s - known.holds
        returning causes.cause_id, causes.organization_id, causes.cause, causes.subject,
            causes.facts, causes.since, causes.ended_at
        """,
        {
            "now": now,
            "organization": organization_id,
            "names": list(CAUSES),
            "holds": [cause.holds for cause in CAUSES.values()],
        },
    )


def noticed_of(connection: psycopg.Connection, cause_id: int) -> Noticed | None:
    return rows.maybe_one(
        connection,
        Noticed,
        """
        select cause_id, organization_id, cause, subject, facts, since, ended_at
        from integration.causes where cause_id = %s
        """,
        [cause_id],
    )


def counted_causes(connection: psycopg.Connection, *, now: datetime) -> Mapping[str, int]:
    """How many of each cause that people of an organization can act on are open; empty if no
    process has looked for causes lately.
    """
    found = connection.execute(
        """
        select cause, count(opened.cause_id)
        from integration.last_looks
        cross join unnest(%s::text[]) as cause
        left join (
            select cause_id, cause from integration.causes where ended_at is null
        ) as opened using (cause)
        where last_looks.what = 'causes' and last_looks.looked_at > %s
        group by cause
        """,
        [[name for name, one in CAUSES.items() if one.audience == "admin"], now - KNOWN_FOR],
    )
    return dict(found.fetchall())
