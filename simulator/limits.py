"""Zoom's rate limits: requests per second and per day, for each label and account.

Heavy requests share their daily number; Zoom Phone has numbers of its own. A request over a limit
is answered with 429, and does not count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.wire import iso

LIGHT, MEDIUM, HEAVY = "light", "medium", "heavy"
PHONE_MEDIUM, PHONE_HEAVY = "phone medium", "phone heavy"
LABELS = (LIGHT, MEDIUM, HEAVY, PHONE_MEDIUM, PHONE_HEAVY)
FREE, PRO, BUSINESS = "free", "pro", "business"
PLANS = (FREE, PRO, BUSINESS)

_PER_SECOND = {
    FREE: {LIGHT: 4, MEDIUM: 2, HEAVY: 1, PHONE_MEDIUM: 2, PHONE_HEAVY: 1},
    PRO: {LIGHT: 30, MEDIUM: 20, HEAVY: 10, PHONE_MEDIUM: 10, PHONE_HEAVY: 5},
    BUSINESS: {LIGHT: 80, MEDIUM: 60, HEAVY: 40, PHONE_MEDIUM: 20, PHONE_HEAVY: 10},
}
_PER_DAY = {
    FREE: {LIGHT: 6_000, MEDIUM: 2_000, HEAVY: 1_000, "phone": 1_000},
    PRO: {HEAVY: 30_000, "phone": 15_000},
    BUSINESS: {HEAVY: 60_000, "phone": 30_000},
}
_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
_DAY = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    message: str
    headers: dict[str, str]
    is_daily: bool


@dataclass(slots=True)
class Limits:
    """`changed` holds (account, label) -> the limits that a control call has set."""

    changed: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    most_per_second: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)
    _seconds: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    _days: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def take(self, account_id: str, label: str, *, plan: str, now: float) -> Refusal | None:
        """Count the request; or say why it is over a limit."""
        key, second, at = (account_id, label), int(now), datetime.fromtimestamp(now, UTC)
        day = (account_id, _shared(label), at.date().isoformat())
        changed = self.changed.get(key, {})
        per_second = changed.get("per_second", _PER_SECOND[plan][label])
        per_day = changed.get("per_day", _PER_DAY[plan].get(_shared(label)))
        last, count = self._seconds.get(key, (second, 0))
        count = count if last == second else 0
        if per_day is not None and self._days[day] >= per_day:
            self.refused[key] += 1
            midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time())
            return Refusal(_DAY, _headers(label, per_day, {"Retry-After": iso(midnight)}), True)
        if count >= per_second:
            self.refused[key] += 1
            reset = {"X-RateLimit-Reset": str(second + 1)}
            return Refusal(_SECOND, _headers(label, per_second, reset), False)
        self._seconds[key] = (second, count + 1)
        self._days[day] += 1
        self.allowed[key] += 1
        self.most_per_second[key] = max(self.most_per_second[key], count + 1)
        return None

    def change(self, account_id: str, label: str, limits: dict[str, int]) -> None:
        self.changed[account_id, label] = limits

    def clear(self) -> None:
        self.changed.clear()
        self._seconds.clear()
        for counted in (self.most_per_second, self.refused, self.allowed, self._days):
            counted.clear()

    def use(self) -> dict[str, Any]:
        """What a test compares with the documented limits."""
        return {
            "most_per_second": _by_account(self.most_per_second),
            "refused": _by_account(self.refused),
            "per_day": [
                {"account_id": account, "label": label, "day": day, "requests": count}
                for (account, label, day), count in sorted(self._days.items())
            ],
        }


def _by_account(counted: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (account, label), count in sorted(counted.items()):
        found.setdefault(account, {})[label] = count
    return found


def _shared(label: str) -> str:
    """The name of the daily number that a label counts for."""
    return "phone" if label.startswith("phone") else label


def _headers(label: str, limit: int, more: dict[str, str]) -> dict[str, str]:
    return {
        "X-RateLimit-Category": label.removeprefix("phone ").capitalize(),
        "X-RateLimit-Type": "Daily-limit" if "Retry-After" in more else "QPS",
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
        **more,
    }
