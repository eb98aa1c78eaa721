"""The hours of a user's days (section 3), in the user's own time zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from tests.laws.reference.presence import Interval, seconds, shared, united


@dataclass(frozen=True)
class Entry:
    organization_id: str
    user_id: str
    feature: str
    is_hosted: bool
    presence: list[Interval]
    externals: list[Interval]


def user_days(entries: Iterable[Entry], zones: dict[str, str]) -> list[dict[str, Any]]:
    """One row per user and day with an entry. `zones`: user -> time zone."""
    of_days: dict[tuple[str, str, date], list[Entry]] = {}
    for entry in entries:
        name = zones.get(entry.user_id, "UTC")
        zone = ZoneInfo(name if name in available_timezones() else "UTC")
        for day, whole in _days(entry.presence, zone):
            part = Entry(
                entry.organization_id,
                entry.user_id,
                entry.feature,
                entry.is_hosted,
                shared(entry.presence, [whole]),
                shared(shared(entry.presence, entry.externals), [whole]),
            )
            if part.presence:
                of_days.setdefault((entry.organization_id, entry.user_id, day), []).append(part)
    return [_row(key, parts) for key, parts in of_days.items()]


def _row(key: tuple[str, str, date], parts: list[Entry]) -> dict[str, Any]:
    def length(*features: str) -> int:
        return seconds(
            united([stay for part in parts if part.feature in features for stay in part.presence])
        )

    organization_id, user_id, day = key
    return {
        "organization_id": organization_id,
        "user_id": user_id,
        "day": day,
        "activity_count": len(parts),
        "hosted_count": sum(part.is_hosted for part in parts),
        "seconds": length("meetings", "webinars", "phone"),
        "external_seconds": seconds(united([stay for part in parts for stay in part.externals])),
        "meetings_seconds": length("meetings"),
        "webinars_seconds": length("webinars"),
        "phone_seconds": length("phone"),
    }


def _days(presence: list[Interval], zone: ZoneInfo) -> Iterator[tuple[date, Interval]]:
    """The days that presence touches, each from its first moment to the next day's."""
    day, last = (at.astimezone(zone).date() for at in (presence[0][0], presence[-1][1]))
    while day <= last:
        following = day + timedelta(days=1)
        yield day, (_start(day, zone), _start(following, zone))
        day = following


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
