"""From when a change of settings counts: now, or from an earlier day on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from integration.connections.listed import ListedConnection
from integration.web.page.time_zone import zoned


class DayRefused(Exception):
    """The message is a sentence for the person who chose the day."""


@dataclass(frozen=True)
class Effective:
    """`day` as the form said it; empty for a change that counts from now."""

    moment: datetime
    day: str


@dataclass(frozen=True)
class TimeChoice:
    """What was chosen, and between which days one may choose: from that of `connected_at` to
    today, in the viewer's zone. `effective` is None when the day was refused; `refusal` is then a
    sentence.
    """

    since: str
    day: str
    connected_at: datetime
    first_day: str
    last_day: str
    effective: Effective | None
    refusal: str


def time_choice(
    read: Callable[[str], str],
    connections: list[ListedConnection],
    *,
    now: datetime,
    time_zone: str,
) -> TimeChoice:
    """Of a query or a form, by its fields `since` and `day`. Not before the first of the
    connections was made: what ended earlier is on no timeline.
    """
    connected_at = min((one.connected_at for one in connections), default=now)
    since, day = read("since"), read("day")
    effective, refusal = None, ""
    try:
        effective = effective_from(
            since, day, now=now, time_zone=time_zone, connected_at=connected_at
        )
    except DayRefused as error:
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
    since: str, day: str, *, now: datetime, time_zone: str, connected_at: datetime
) -> Effective:
    """The beginning of the day in the viewer's zone, or of the connection when that is later.

    `since` is "day", or anything else for now. DayRefused for a day that does not exist, has not
    come yet, or lies before the connection.
    """
    if since != "day":
        return Effective(now, "")
    try:
        chosen = date.fromisoformat(day)
    except ValueError as error:
        raise DayRefused("Enter a date in the format 2026-03-02.") from error
    connected = zoned(connected_at, time_zone)
    if chosen > zoned(now, time_zone).date():
        raise DayRefused("This date is in the future. Choose today or an earlier date.")
    if chosen < connected.date():
        raise DayRefused(
            f"Zoom was connected on {connected.day} {connected:%B %Y}. Choose that date or a later "
            "one."
        )
    begin = datetime.combine(chosen, time(), connected.tzinfo).astimezone(UTC)
    return Effective(min(max(begin, connected_at), now), chosen.isoformat())
