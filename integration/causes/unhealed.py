"""Days that healing has not compared with Zoom's REST API although it should have by now."""

from datetime import UTC, datetime, timedelta

import psycopg

from integration.causes.cause import OpenCause, Reader, Words
from integration.healing.days import DUE_AFTER, TRIED_FOR
from integration.quantities import quantity

UNHEALED = "days_unhealed"
# What fails is tried again at least once a day.
LATE_AFTER = timedelta(hours=24)


def causes_of_healing(connection: psycopg.Connection, *, now: datetime) -> list[OpenCause]:
    """One for all accounts. Without sources that Zoom refuses, which are a cause of their own, and
    without days so long ago that they are healed only on request.
    """
    first, last = (now - TRIED_FOR), (now - DUE_AFTER - LATE_AFTER - timedelta(days=1))
    found = connection.execute(
        "select accounts, oldest_day from integration.unhealed_days(%s, %s)",
        [first.astimezone(UTC).date(), last.astimezone(UTC).date()],
    ).fetchone()
    accounts, oldest = found or (0, None)
    if oldest is None:
        return []
    ended_at = datetime.combine(oldest + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    return [OpenCause(UNHEALED, since=ended_at + DUE_AFTER, facts={"accounts": accounts})]


def days_unhealed(one: OpenCause, _reader: Reader) -> Words:
    accounts = quantity(one.facts["accounts"], "Zoom account")
    return Words(
        f"Days of {accounts} have not been healed for more than 24 hours",
        "See the runs of the job `heal` in the Dagster UI: their logs contain the reason. If there "
        "are none, check that its schedule is on. After seven days, a day is healed only on "
        "request, with: worksights-zoom heal --day",
        "If a webhook of these days was lost, its session is missing or incomplete.",
    )
