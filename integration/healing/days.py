"""Which days of which accounts are due, and what is recorded of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg

from integration.database import rows
from integration.zoom.sources import PHONE, SOURCES, WEBHOOK_LOGS

# Zoom's reports are complete some time after a session, and webhooks are retried for 85 minutes.
DUE_AFTER = timedelta(hours=4)
# As long as Zoom's log reaches back. Older days are healed only on request.
TRIED_FOR = timedelta(days=7)
RETRY_AFTER = timedelta(minutes=20)
REFUSED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Task:
    """One source of one day (UTC) of a connected account. `position` is where the last run stopped;
    empty at the start.
    """

    connection_id: str
    organization_id: str
    zoom_account_id: str
    day: date
    source: str
    position: str

    @property
    def due_at(self) -> datetime:
        """When everything of the day can be read."""
        midnight = datetime.combine(self.day, datetime.min.time(), tzinfo=UTC)
        return midnight + timedelta(days=1) + DUE_AFTER


def due_tasks(
    connection: psycopg.Connection, *, now: datetime, has_log: bool, day: date | None = None
) -> list[Task]:
    """What is due, the oldest day first. With `day`, this day of every account, whether or not it
    was healed before. Without `has_log` (no ZOOM_APP_ID), the log is left out; so are calls of
    accounts without Zoom Phone, and organizations whose data is held.
    """
    return rows.every(
        connection,
        Task,
        _DUE,
        {
            "now": now,
            "day": day,
            "last": (now - DUE_AFTER).date() - timedelta(days=1),
            "first": (now - TRIED_FOR).date(),
            "refused_before": now - REFUSED_AGAIN_AFTER,
            "sources": [one for one in SOURCES if has_log or one != WEBHOOK_LOGS],
            "phone": PHONE,
            "log": WEBHOOK_LOGS,
        },
    )


def due_days(connection: psycopg.Connection, *, now: datetime, has_log: bool) -> list[date]:
    """The days of which something is due, the oldest first."""
    return sorted({task.day for task in due_tasks(connection, now=now, has_log=has_log)})


_DUE = """
    with accounts as (
        select
            connections.connection_id, connections.organization_id, connections.zoom_account_id,
            connections.granted_at, connections.lacks_phone, connections.users_imported_at,
            (
                select (min(connected_at) at time zone 'UTC')::date
                from integration.connections as any_of_account
                where any_of_account.zoom_account_id = connections.zoom_account_id
            ) as first_day,
            (
                select value = 'held' from integration.privacy_settings
                where privacy_settings.organization_id = connections.organization_id
                    and name = 'processing'
                order by changed_at desc, setting_id desc
                limit 1
            ) as is_held
        from integration.connections
        where disconnected_at is null
    )
    select
        accounts.connection_id, accounts.organization_id, accounts.zoom_account_id,
        days.day, sources.source, coalesce(healed_days.position, '') as position
    from accounts
    cross join lateral (
        select day::date as day
        from generate_series(
            coalesce(%(day)s::date, greatest(accounts.first_day, %(first)s::date)),
            coalesce(%(day)s::date, %(last)s::date),
            interval '1 day'
        ) as day
    ) as days
    cross join unnest(%(sources)s::text[]) with ordinality as sources (source, place)
    left join zoom_raw.healed_days
        on healed_days.organization_id = accounts.organization_id
        and healed_days.zoom_account_id = accounts.zoom_account_id
        and healed_days.day = days.day
        and healed_days.source = sources.source
    where accounts.is_held is not true
        and (sources.source <> %(phone)s or not accounts.lacks_phone)
        -- The others need the list of Zoom users, whose first import may have failed.
        and (sources.source = %(log)s or accounts.users_imported_at is not null)
        and days.day >= accounts.first_day
        -- Zoom's log reaches no further.
        and (sources.source <> %(log)s or days.day >= %(first)s::date)
        and (
            %(day)s::date is not null
            or healed_days.finished_at is null
            and (
                healed_days.retry_at is null
                or healed_days.retry_at <= %(now)s
                or accounts.granted_at > healed_days.last_run_at
            )
            -- What is refused for one day would be refused for the others.
            and not exists (
                select from integration.refused_sources
                where refused_sources.organization_id = accounts.organization_id
                    and refused_sources.zoom_account_id = accounts.zoom_account_id
                    and refused_sources.source = sources.source
                    and refused_sources.last_refused_at > greatest(
                        accounts.granted_at, %(refused_before)s
                    )
            )
        )
    order by days.day, accounts.organization_id, accounts.zoom_account_id, sources.place
"""


def save_position(connection: psycopg.Connection, task: Task, position: str) -> None:
    """Saves how far the Zoom users have been read, in the caller's transaction."""
    connection.execute(
        "update zoom_raw.healed_days set position = %s where organization_id = %s "
        "and zoom_account_id = %s and day = %s and source = %s",
        [position, task.organization_id, task.zoom_account_id, task.day, task.source],
    )


@dataclass(frozen=True)
class Before:
    """What earlier runs have left: how often in a row they failed, and where they stopped."""

    failures: int
    was_finished: bool
    position: str


def record_start(connection: psycopg.Connection, task: Task, *, now: datetime) -> Before:
    """Records that a run has started with it. What was not finished is continued."""
    [before] = rows.every(
        connection,
        Before,
        """
        with before as (
            select finished_at from zoom_raw.healed_days
            where organization_id = %(organization)s and zoom_account_id = %(account)s
                and day = %(day)s and source = %(source)s
        )
        insert into zoom_raw.healed_days as known
            (organization_id, zoom_account_id, day, source, runs, first_run_at, last_run_at)
        values (%(organization)s, %(account)s, %(day)s, %(source)s, 1, %(now)s, %(now)s)
        on conflict (organization_id, zoom_account_id, day, source) do update set
            runs = known.runs + 1, last_run_at = excluded.last_run_at, finished_at = null
        returning
            failures,
            exists (select from before where finished_at is not null) as was_finished,
            coalesce(position, '') as position
        """,
        {
            "organization": task.organization_id,
            "account": task.zoom_account_id,
            "day": task.day,
            "source": task.source,
            "now": now,
        },
    )
    return before


def record_end(
    connection: psycopg.Connection,
    task: Task,
    counts: Counter[str],
    *,
    now: datetime,
    is_finished: bool,
    is_compared: bool,
    has_failed: bool,
    error: str | None = None,
    retry_at: datetime | None = None,
) -> None:
    """Records what a run has done. What it has not finished, the next run continues. A day
    `is_compared` as soon as only webinars are missing, because Zoom refuses them.
    """
    connection.execute(
        """
        update zoom_raw.healed_days
        set
            requests = requests + %(requests)s,
            gaps = gaps + %(gaps)s,
            unreadable = unreadable + %(unreadable)s,
            error = %(error)s,
            failures = case when %(failed)s then failures + 1 else 0 end,
            retry_at = %(retry_at)s,
            position = case when %(finished)s then null else position end,
            finished_at = case when %(finished)s then %(now)s::timestamptz end,
            -- What a later comparison finds is missing until it is landed.
            compared_after_batch = case
                when compared_after_batch is null and %(compared)s
                    then (select coalesce(max(batch), 0) from pipeline.batches)
                else compared_after_batch
            end
        where organization_id = %(organization)s and zoom_account_id = %(account)s
            and day = %(day)s and source = %(source)s
        """,
        {
            **{name: counts[name] for name in ("requests", "gaps", "unreadable")},
            "error": error,
            "retry_at": retry_at,
            "finished": is_finished,
            "compared": is_compared,
            "failed": has_failed,
            "now": now,
            "organization": task.organization_id,
            "account": task.zoom_account_id,
            "day": task.day,
            "source": task.source,
        },
    )
