"""`/v2/phone/call_history`: one row for each side of a call that is a line of the account.

It has neither user ids nor the seconds of talking and waiting, which the webhooks' records have.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.admission import Call, admit, refuse
from simulator.arrival import world_of
from simulator.days import DaysError, cut, days_of
from simulator.history import Record
from simulator.limits import PHONE_HEAVY
from simulator.listing import page

_HISTORY = Call(
    PHONE_HEAVY,
    ("phone:read:list_call_logs:admin",),
    ("phone:read:admin", "phone_call_log:read:admin"),
)
_SIDE = (
    *("ext_id", "did_number", "ext_number", "name", "email", "ext_type", "number_type"),
    *("device_type", "country_iso_code", "country_code"),
)
_SAME = ("call_id", "direction", "connect_type", "call_type", "hide_caller_id")


async def call_history(request: Request) -> Response:
    account = await admit(request, _HISTORY)
    if isinstance(account, Response):
        return account
    if not account.has_phone:
        return refuse(403, 403, message="Zoom Phone has not been enabled for this account.")
    world = world_of(request)
    try:
        days = cut(days_of(request.query_params, now=world.now()))
    except DaysError as error:
        return refuse(400, 300, message=str(error))
    calls = world.history.calls(account.id, first=days.first, last=days.last)
    return page(
        request,
        [_row(one) for one in calls],
        what=f"calls:{account.id}:{days.first}:{days.last}",
        array="call_history",
        more={"from": days.first.isoformat(), "to": days.last.isoformat()},
    )


def _row(record: Record) -> dict[str, Any]:
    row = {
        "call_history_uuid": record.get("call_history_uuid") or record["id"],
        **{name: record[name] for name in _SAME if name in record},
        "direction": "outbound" if record["side"] == "caller" else "inbound",
        "international": False,
        "end_to_end": False,
        "start_time": record["start_time"],
        "duration": _seconds(record),
        "call_result": record["result"],
        "department": record.get(f"{record['side']}_department", ""),
        "cost_center": "",
        "recording_status": "recorded" if "recording_id" in record else "non_recorded",
    }
    times: dict[str, Any] = {
        name: record[name] for name in ("answer_time", "end_time") if name in record
    }
    sides = {
        f"{side}_{name}": record[f"{side}_{name}"]
        for side in ("caller", "callee")
        for name in _SIDE
        if f"{side}_{name}" in record
    }
    return {**row, **times, **sides}


def _seconds(record: Record) -> int:
    if "answer_time" not in record or "end_time" not in record:
        return 0
    answered, ended = (datetime.fromisoformat(record[key]) for key in ("answer_time", "end_time"))
    return int((ended - answered).total_seconds())


ROUTES = [Route("/v2/phone/call_history", call_history)]
