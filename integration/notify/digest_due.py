"""Puts the digests that are due on the list of waiting mails, each once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import psycopg

from integration.database import rows
from integration.directory.time_zones import zone_of
from integration.notify.digest_days import end_of, monday_due

DIGEST = "digest"
# When it is Monday somewhere, in UTC: from Sunday 10:00 (UTC+14) to Tuesday 12:00 (UTC-12).
EASTERNMOST, WESTERNMOST = timedelta(hours=14), timedelta(hours=-12)


@dataclass(frozen=True)
class DueDigest:
    organization_id: str
    user_id: str
    monday: date
    expires_at: datetime  # a digest that missed its Monday is not caught up


@dataclass(frozen=True)
class _Subscription:
    organization_id: str
    user_id: str
    time_zone: str
    changed_at: datetime
    last_monday: date | None


def digests_due(connection: psycopg.Connection, *, now: datetime) -> list[DueDigest]:
    """The digests that no process has prepared yet."""
    if 0 not in {(now + shift).weekday() for shift in (EASTERNMOST, timedelta(0), WESTERNMOST)}:
        return []
    due = []
    for one in rows.every(connection, _Subscription, _SUBSCRIPTIONS, {"now": now}):
        zone = zone_of(one.time_zone)
        monday = monday_due(now, zone, since=one.changed_at)
        if monday and (one.last_monday is None or one.last_monday < monday):
            expires_at = end_of(monday, zone)
            due.append(DueDigest(one.organization_id, one.user_id, monday, expires_at))
    return due


def prepare_digests(connection: psycopg.Connection, *, now: datetime) -> int:
    """Puts them on the list, in the caller's transaction. Of two processes, one does it; whoever
    moves to another time zone gets no second digest of the same week. Returns how many.
    """
    return sum(
        connection.execute(
            _PREPARE,
            {
                "organization": one.organization_id,
                "user": one.user_id,
                "monday": one.monday,
                "now": now,
                "expires_at": one.expires_at,
            },
        ).rowcount
        for one in digests_due(connection, now=now)
    )


_SUBSCRIPTIONS = """
    select
        subscriptions.organization_id, subscriptions.user_id, users.time_zone,
        subscriptions.changed_at, subscriptions.last_monday
    from integration.digest_subscriptions as subscriptions
    inner join worksights.users using (organization_id, user_id)
    where subscriptions.is_on
        and (users.deactivated_at is null or users.deactivated_at > %(now)s)
    order by subscriptions.organization_id, subscriptions.user_id
"""
_PREPARE = """
    with claimed as (
        update integration.digest_subscriptions set last_monday = %(monday)s
        where organization_id = %(organization)s and user_id = %(user)s and is_on
            and (last_monday is null or last_monday < %(monday)s)
        returning organization_id, user_id
    )
    insert into integration.mails
        (kind, organization_id, user_id, monday, created_at, next_attempt_at, expires_at)
    select 'digest', organization_id, user_id, %(monday)s, %(now)s, %(now)s, %(expires_at)s
    from claimed
"""
