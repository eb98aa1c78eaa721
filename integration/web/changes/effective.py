"""Reads from when a change to settings is effective: from now, or from an earlier day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from integration.connections.listed import ListedConnection
from integration.dates import DateStyle
from integration.web.page.time_zone import zoned


class InvalidDay(Exception):
    """The chosen day is not allowed; the message is for the person who chose it."""


@dataclass(frozen=True)
class Effective:
    """`day` is the form's value; empty for a change that is effective from now."""

    moment: datetime
    day: str


@dataclass(frozen=True)
class TimeChoice:
    """The choice, and the allowed days: from the day of `connected_at` to today, in the viewer's
    zone. If the day is not allowed, `effective` is None and `refusal` says why.
    """

    since: str
    day: str
    connected_at: datetime
    first_day: str
    last_day: str
    effective: Effective | None
    refusal: str

    @property
    def yesterday(self) -> str:
        """The day to begin with: yesterday, if that is allowed."""
        day = date.fromisoformat(self.last_day) - timedelta(days=1)
        return max(day.isoformat(), self.first_day)


def time_choice(
    read: Callable[[str], str],
    connections: list[ListedConnection],
    *,
    now: datetime,
    time_zone: str,
    dates: DateStyle,
) -> TimeChoice:
    """Reads the fields `since` and `day` of a query or a form. The earliest day is that of the
    first connection, because earlier sessions do not appear on any timeline.
    """
    connected_at = min((one.connected_at for one in connections), default=now)
    since, day = read("since"), read("day")
    effective, refusal = None, ""
    try:
        effective = effective_from(
            since, day, now=now, time_zone=time_zone, connected_at=connected_at, dates=dates
        )
    except InvalidDay as error:
        refusal = str(error)
    return TimeChoice(
        since=since,
        day=day,
        connected_at=connected_at,
        first_day=zoned(connected_at, time_zone).date().isoformat(),
        last_day=zoned(now, time_zone).date().isoformat(),
        effective=effective,
        refusal=refusal,
    )


def effective_from(
    since: str,
    day: str,
    *,
    now: datetime,
    time_zone: str,
    connected_at: datetime,
    dates: DateStyle,
) -> Effective:
    """The start of the day in the viewer's zone, or of the connection if that is later.

    `since` is "day"; any other value means now. Raises InvalidDay for a day that does not exist, is
    in the future, or is before the connection.
    """
    if since != "day":
        return Effective(now, "")
    try:
        chosen = date.fromisoformat(day)
    except ValueError as error:
        raise InvalidDay("Enter a date in the format 2026-03-02.") from error
    connected = zoned(connected_at, time_zone)
    if chosen > zoned(now, time_zone).date():
        raise InvalidDay("This date is in the future. Choose today or an earlier date.")
    if chosen < connected.date():
        raise InvalidDay(
            f"Zoom was connected on {dates.long(connected)}. Choose that date or a later one."
        )
    start = datetime.combine(chosen, time(), connected.tzinfo).astimezone(UTC)
    return Effective(min(max(start, connected_at), now), chosen.isoformat())
