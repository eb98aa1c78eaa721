"""Accounts for which Zoom sends nothing, although at these hours of the week it usually does.

A quiet weekend is not a problem. A quiet Monday morning is, well before a whole day has passed. So
the time since the last webhook is compared with the same hours of the weeks before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.sql import SQL

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.connections import CONNECTIONS
from integration.connections.listed import ListedConnection
from integration.database import rows
from integration.pipeline.arrivals import Arrivals

NONE_YET, SILENT = "no_webhook", "silence"
SHORTEST = timedelta(hours=2)  # a morning with one late meeting is not an outage
DAY = timedelta(days=1)
WEEKS = 4
# How many webhooks the same hours of an earlier week must have had. For less than a day, more: a
# single meeting may be held an hour later.
WEBHOOKS_OF_A_DAY, WEBHOOKS_OF_HOURS = 1, 5
# For an account without two weeks to compare with. Longer than the longest weekend.
WITHOUT_HISTORY = timedelta(days=3)
OF_ONE, OF_ALL = SQL("zoom_account_id = %(account)s"), SQL("zoom_account_id is not null")
LOST = "Sessions that Zoom does not report are not on a timeline."


@dataclass(frozen=True)
class Weeks:
    """How many of the weeks before are known, and how many had webhooks at the same hours."""

    known: int
    with_webhooks: int


def is_silent(silent_for: timedelta, weeks: Weeks) -> bool:
    """Whether Zoom should have sent something. One of the weeks before may have had a holiday."""
    if weeks.known < 2:
        return silent_for > WITHOUT_HISTORY
    return silent_for > SHORTEST and weeks.with_webhooks >= max(weeks.known - 1, 2)


def causes_of_silence(
    connection: psycopg.Connection,
    connections: Sequence[ListedConnection],
    arrivals: Sequence[Arrivals],
    *,
    now: datetime,
) -> list[OpenCause]:
    """Of connections in use. Before the first batch, nothing is known of an account."""
    last_received = {one.zoom_account_id: one.last_received_at for one in arrivals}
    found = []
    for one in connections:
        if one.disconnected_at is not None or one.is_importing:
            continue
        account = {"account": one.name}
        last = last_received.get(one.zoom_account_id)
        if last is None or last < one.connected_at:
            since = one.connected_at
            found.append(OpenCause(NONE_YET, one.connection_id, since, facts=account))
        elif last < now - SHORTEST and is_silent(
            now - last,
            weeks_of(
                connection,
                one.zoom_account_id,
                connected_at=one.connected_at,
                last=last,
                now=now,
            ),
        ):
            found.append(OpenCause(SILENT, one.connection_id, last, facts=account))
    return found


def weeks_of(
    connection: psycopg.Connection,
    zoom_account_id: str | None,
    *,
    connected_at: datetime,
    last: datetime,
    now: datetime,
) -> Weeks:
    """The earlier weeks of one account, or of all accounts together."""
    return rows.one(
        connection,
        Weeks,
        SQL("""
        with weeks as (
            select (
                select count(*) from (
                    select from operations.deliveries
                    where {which}
                        and received_at > %(last)s - number * interval '7 days'
                        and received_at <= %(now)s - number * interval '7 days'
                    limit %(enough)s
                ) as first_ones
            ) as webhooks
            from generate_series(1, %(weeks)s) as number
            where %(last)s - number * interval '7 days' >= %(connected)s
        )
        select
            count(*) as known,
            count(*) filter (where webhooks = %(enough)s) as with_webhooks
        from weeks
        """).format(which=OF_ALL if zoom_account_id is None else OF_ONE),
        {
            "account": zoom_account_id,
            "last": last,
            "now": now,
            "connected": connected_at,
            "weeks": WEEKS,
            "enough": WEBHOOKS_OF_A_DAY if now - last > DAY else WEBHOOKS_OF_HOURS,
        },
    )


def no_webhook(one: OpenCause, reader: Reader) -> Words:
    return Words(
        f"Nothing received from Zoom account {one.facts['account']} yet",
        "Zoom reports meetings, webinars and calls when they start and end. If there were any, "
        f"{_check(reader)}",
        LOST,
        CONNECTIONS,
    )


def silence(one: OpenCause, reader: Reader) -> Words:
    return Words(
        f"Nothing received from Zoom account {one.facts['account']} for an unusually long time",
        "On a public holiday this is normal. Otherwise, check that the app is still installed in "
        f"Zoom. If it is, {_check(reader)}",
        LOST,
        CONNECTIONS,
    )


def _check(reader: Reader) -> str:
    return (
        "check in the Zoom Marketplace that the app's event subscription is on and sends to "
        f"{reader.webhooks}."
    )
