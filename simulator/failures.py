"""Planned responses, so that tests can check what happens when Zoom fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Failure:
    """Without a `status` the normal response is only delayed; without an `account_id` it applies to
    all accounts.
    """

    path: str
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    delay_seconds: float = 0.0
    account_id: str | None = None


class Failures:
    """First in, first out, per path."""

    def __init__(self) -> None:
        self._planned: list[Failure] = []

    def plan(self, failure: Failure) -> None:
        self._planned.append(failure)

    def take(self, path: str, account_id: str | None) -> Failure | None:
        for failure in self._planned:
            if failure.path == path and failure.account_id in (None, account_id):
                failure.times -= 1
                if failure.times <= 0:
                    self._planned.remove(failure)
                return failure
        return None

    def clear(self) -> None:
        self._planned.clear()
