"""When a digest is due: on Monday from seven o'clock, where its reader is, and only on that day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SENT_FROM = time(7)


def monday_due(now: datetime, zone: ZoneInfo, *, since: datetime) -> date | None:
    """The Monday on which a digest is due now, if one is. `since` is when it was asked for: whoever
    asks on Monday at nine waits a week.
    """
    day = now.astimezone(zone).date()
    seven = datetime.combine(day, SENT_FROM, zone).astimezone(UTC)
    return day if day.weekday() == 0 and since <= seven <= now else None


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The end of the day in the zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
