"""Rows of Zoom's REST API as the bodies that webhooks would have had: the same event, subject and
own time, with the fields that are kept. The same row always becomes the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integration.zoom.parties import SIDES

Row = Mapping[str, Any]

WAITING = "in_waiting_room"  # the status of a row that is no presence
WEBINAR_TYPES = {"5", "6", "9"}
# A record of the call history reports the side whose log it is in.
SIDE_OF_DIRECTION = {"outbound": "caller", "inbound": "callee"}
_OF_SIDE = ("ext_id", "did_number", "ext_number", "name", "email")
_OF_CALL = ("call_id", "start_time", "answer_time", "end_time")


def kind_of(row: Row) -> str:
    """Whether a row of the report is a meeting or a webinar."""
    return "webinar" if str(row.get("type")) in WEBINAR_TYPES else "meeting"


def session_bodies(
    kind: str, row: Row, *, zoom_account_id: str, host_id: object = None
) -> list[bytes]:
    """The start and the end of a past meeting or webinar, from the report or its details."""
    about = {
        "uuid": row.get("uuid"),
        "id": row.get("id"),
        "type": row.get("type"),
        "topic": row.get("topic"),
        "host_id": row.get("host_id") or host_id,
        "start_time": to_the_second(row.get("start_time")),
    }
    ended = {**about, "end_time": to_the_second(row.get("end_time"))}
    return [
        _body(f"{kind}.started", zoom_account_id, about),
        _body(f"{kind}.ended", zoom_account_id, ended),
    ]


def participant_bodies(kind: str, zoom_uuid: str, row: Row, *, zoom_account_id: str) -> list[bytes]:
    """The join and the leave of one connection; none of somebody in the waiting room."""
    if row.get("status") == WAITING:
        return []
    participant = {
        "user_id": row.get("user_id"),
        "id": row.get("id"),
        "user_name": row.get("name"),
        "email": row.get("user_email"),
        "registrant_id": row.get("registrant_id"),
    }
    found = []
    for name, field in (("joined", "join_time"), ("left", "leave_time")):
        if at := to_the_second(row.get(field)):
            about = {"uuid": zoom_uuid, "participant": _filled({**participant, field: at})}
            found.append(_body(f"{kind}.participant_{name}", zoom_account_id, about))
    return found


def side_of(row: Row) -> str | None:
    """Whose log a record of the call history is in: the caller's or the callee's."""
    return SIDE_OF_DIRECTION.get(str(row.get("direction")))


def call_body(row: Row, *, side: str, owner: str | None, zoom_account_id: str) -> bytes:
    """A record of the call history in the log of one side. `owner` is that side's Zoom user, whom
    the list does not name.
    """
    record = {
        "id": row.get("call_history_uuid") or row.get("id"),
        "result": row.get("call_result"),
        **{name: row.get(name) for name in _OF_CALL},
        **{f"{of}_{name}": row.get(f"{of}_{name}") for of in SIDES for name in _OF_SIDE},
    }
    about = {
        "user_id": owner,
        "call_logs": [_filled(record)],
    }
    return _body(f"phone.{side}_call_history_completed", zoom_account_id, about)


def to_the_second(value: object) -> str | None:
    """The time as webhooks write it; None if it is unreadable."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return f"{read.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if read and read.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _body(event: str, zoom_account_id: str, about: Mapping[str, Any]) -> bytes:
    payload = {"account_id": zoom_account_id, "object": _filled(about)}
    return json.dumps({"event": event, "payload": payload}, sort_keys=True).encode()


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
