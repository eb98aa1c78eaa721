"""Attempts to send a webhook, as Zoom logs them for a week."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.datastructures import QueryParams

NO_ANSWER = -1
_KEPT = timedelta(days=7)
_ALL, _FAILED, _SUCCEEDED = "1", "2", "3"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`body` is what was sent, valid JSON or not; `status` is NO_ANSWER or an HTTP status."""

    at: datetime
    body: str
    status: int = NO_ANSWER
    number: int = 0
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()).replace("-", "_"))
    endpoint: str = "https://worksights.example.com/webhooks/zoom"

    @property
    def event(self) -> str:
        return str(self.read().get("event", ""))

    @property
    def user_id(self) -> str:
        about = self.read().get("payload", {}).get("object", {})
        return str(about.get("host_id") or about.get("user_id") or "")

    def read(self) -> dict[str, Any]:
        """The body; empty if it is no JSON."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    @property
    def is_failed(self) -> bool:
        return not 200 <= self.status < 300


def read_attempts(query: QueryParams, attempts: Iterable[Attempt], *, now: float) -> list[Attempt]:
    """Those that were asked for, the latest first. Raises ValueError for a query Zoom refuses."""
    time = datetime.fromtimestamp(now, UTC)
    last = _time(query, "to") or time
    first = _time(query, "from") or last - _KEPT
    if not timedelta() <= last - first <= _KEPT:
        raise ValueError("The from and to range must be within 7 days.")
    wanted = query.get("type", _FAILED)
    if wanted not in (_ALL, _FAILED, _SUCCEEDED):
        raise ValueError("Invalid field: type.")
    found = [
        one
        for one in attempts
        if max(first, time - _KEPT) <= one.at <= last
        and (wanted == _ALL or one.is_failed == (wanted == _FAILED))
        and query.get("retry_num", str(one.number)) == str(one.number)
        and query.get("event", one.event) == one.event
    ]
    return sorted(found, key=lambda one: (one.at, one.request_id), reverse=True)


def _time(query: QueryParams, name: str) -> datetime | None:
    text = query.get(name)
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
