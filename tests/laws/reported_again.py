"""What Zoom's REST API would report of events that webhooks have brought already: the same facts, a
second earlier or later, with other values, and without rooms.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from integration.database.postgres import connect
from integration.healing.queue import add_to_queue
from integration.zoom.healed_bodies import call_body, participant_bodies, session_bodies

_LANDED = """
    select zoom_account_id, event, fields, occurred_at from zoom_raw.events
    where source = 'webhook' and session_id is not null
    order by organization_id, event_id
"""


def report_again(url: str, *, now: datetime, seed: int) -> int:
    """Adds it to the queue for everything that was landed; returns the number of bodies."""
    dice = random.Random(seed)  # noqa: S311 - repeatable worlds
    added = 0
    with connect(url) as owner:
        bodies: dict[str, list[bytes]] = {}
        for account, event, fields, occurred_at in owner.execute(_LANDED):
            at = occurred_at + timedelta(seconds=dice.choice([-1, 0, 1]))
            found = bodies.setdefault(account, [])
            found += _bodies(account, event, fields, at=at.isoformat())
    with connect(url, role="pipeline") as pipeline:
        for account, of_account in bodies.items():
            added += add_to_queue(pipeline, account, of_account, waiting=set(), now=now)
    return added


def _bodies(account: str, event: str, fields: dict[str, str], *, at: str) -> Iterator[bytes]:
    kind, _, name = event.partition(".")
    if kind == "phone":
        yield from _record(account, name, fields, at=at)
    elif name in ("started", "ended"):
        row = {"uuid": fields["zoom_uuid"], "topic": "Another topic", "type": 2}
        times = {"start_time": at, "end_time": at}
        started, ended = session_bodies(kind, row | times, zoom_account_id=account)
        yield started if name == "started" else ended
    elif name.startswith(("participant_joined", "participant_left")) and "user_id" in fields:
        time = "join_time" if name.startswith("participant_joined") else "leave_time"
        row = {
            "user_id": fields["user_id"],
            "id": "another-zoom-user",
            "name": "Another name",
            "user_email": "another@elsewhere.test",
            "registrant_id": "another",
            time: at,
        }
        yield from participant_bodies(kind, fields["zoom_uuid"], row, zoom_account_id=account)


def _record(account: str, name: str, fields: dict[str, Any], *, at: str) -> Iterator[bytes]:
    if "generation" not in fields:
        return
    row = {
        "call_history_uuid": "another-record",
        "call_id": fields["call_id"],
        "direction": "outbound" if name.startswith("caller") else "inbound",
        "caller_ext_id": "of the owner",
        "callee_ext_id": "of the owner",
        "call_result": "answered",
        "start_time": at,
        "answer_time": at,
        "end_time": at,
        "caller_name": "Another name",
    }
    side = "caller" if name.startswith("caller") else "callee"
    owner = fields.get("owner_zoom_user_id")
    yield call_body(row, side=side, owner=owner, zoom_account_id=account)
