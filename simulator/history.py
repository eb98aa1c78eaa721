"""What the simulated Zoom remembers: the sessions that have ended and the calls, by account.

It is filled with events, those that were swallowed or that Zoom never sends among them, so REST
reports what happened and not what was delivered.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from simulator.past_sessions import Body, PastSession, past_session

_SESSION_EVENTS = frozenset(
    {
        *("started", "ended", "participant_joined", "participant_left"),
        *("participant_joined_waiting_room", "participant_left_waiting_room"),
    }
)
_RECORDS = ("call_history_completed", "call_element_completed")

Record = dict[str, Any]


@dataclass(slots=True)
class _Account:
    bodies: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[str, PastSession | None] = field(default_factory=dict)
    by_host: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_number: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    calls: dict[tuple[str, str], Record] = field(default_factory=dict)


class History:
    """May be filled and read by different threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._accounts: dict[str, _Account] = defaultdict(_Account)
        self._later: list[Callable[[], Iterable[bytes | Body]]] = []

    def record(self, bodies: Iterable[bytes | Body]) -> None:
        """Add what these events say; the same event may be added again."""
        with self._lock:
            for given in bodies:
                self._record(json.loads(given) if isinstance(given, bytes) else given)

    def record_later(self, bodies: Callable[[], Iterable[bytes | Body]]) -> None:
        """Add these events when somebody reads for the first time."""
        with self._lock:
            self._later.append(bodies)

    def clear(self) -> None:
        with self._lock:
            self._later.clear()
            self._accounts.clear()

    def session(self, account_id: str, key: str) -> PastSession | None:
        """The session with this uuid, or the latest one with this number."""
        with self._read(account_id) as account:
            if key in account.bodies:
                return self._session(account, key)
            found = self._sessions(account, account.by_number.get(key, ()))
            return max(found, key=lambda one: one.started_at, default=None)

    def hosted(
        self, account_id: str, host_id: str, *, first: date, last: date
    ) -> list[PastSession]:
        """The host's sessions that started on these days (UTC), the latest first."""
        with self._read(account_id) as account:
            found = self._sessions(account, account.by_host.get(host_id, ()))
        inside = [one for one in found if first <= one.started_at.date() <= last]
        return sorted(inside, key=lambda one: (one.started_at, one.uuid), reverse=True)

    def calls(self, account_id: str, *, first: date, last: date) -> list[Record]:
        """The sides of the calls that started on these days (UTC), the latest first."""
        days = (first.isoformat(), f"{last.isoformat()}T24")
        with self._read(account_id) as account:
            found = [
                one for one in account.calls.values() if days[0] <= one["start_time"] < days[1]
            ]
        return sorted(found, key=lambda one: (one["start_time"], one["call_id"]), reverse=True)

    @contextmanager
    def _read(self, account_id: str) -> Iterator[_Account]:
        with self._lock:
            while self._later:
                self.record(self._later.pop(0)())
            yield self._accounts[account_id]

    def _record(self, body: Body) -> None:
        family, _, name = body["event"].partition(".")
        payload = body["payload"]
        about, account = payload.get("object") or {}, self._accounts[payload.get("account_id", "")]
        if family in ("meeting", "webinar") and name in _SESSION_EVENTS:
            uuid = about["uuid"]
            account.bodies[uuid].append(body)
            account.sessions.pop(uuid, None)
            account.by_host[about.get("host_id", "")].add(uuid)
            account.by_number[str(about.get("id", ""))].add(uuid)
        elif family == "phone" and name.endswith(_RECORDS):
            side = name.split("_")[0]
            for record in about.get("call_elements") or about.get("call_logs") or []:
                _add_call(account.calls, record, side=side)

    def _session(self, account: _Account, uuid: str) -> PastSession | None:
        if uuid not in account.sessions:
            account.sessions[uuid] = past_session(account.bodies[uuid])
        return account.sessions[uuid]

    def _sessions(self, account: _Account, uuids: Iterable[str]) -> list[PastSession]:
        found = (self._session(account, uuid) for uuid in uuids)
        return [one for one in found if one is not None]


def _add_call(calls: dict[tuple[str, str], Record], record: Record, *, side: str) -> None:
    """Both generations of records are of one call; the newer one has the call's own id."""
    key = (record["call_id"], side)
    if key not in calls or "call_history_uuid" in record:
        calls[key] = {**record, "side": side}
