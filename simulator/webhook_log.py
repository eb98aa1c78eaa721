"""`/v2/marketplace/apps/{appId}/webhook_logs`: Zoom's own log of the attempts of the last week.

One row for each attempt; the attempts of one delivery have the same `request_id`.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.admission import Call, admit_app, refuse
from simulator.arrival import world_of
from simulator.attempts import NO_ANSWER, Attempt, read_attempts
from simulator.limits import MEDIUM
from simulator.listing import page

_READ_TIMED_OUT, _REMOTE_ERROR = 1, 7
_CALL = Call(MEDIUM, classic=("marketplace_app:read:admin", "marketplace_app:read"))


async def webhook_logs(request: Request) -> Response:
    if (answer := await admit_app(request, _CALL)) is not None:
        return answer
    world, app_id = world_of(request), request.path_params["app"]
    if app_id != world.app.id:
        return refuse(404, 1001, message=f"App does not exist: {app_id}.")
    query = request.query_params
    try:
        found = read_attempts(query, list(world.attempts), now=world.now())
    except ValueError as error:
        return refuse(400, 300, message=str(error))
    return page(
        request,
        [_row(one, subscription_id=world.app.subscription_id) for one in found],
        what=f"webhook logs:{query.get('from')}:{query.get('to')}:{query.get('type')}",
        array="webhook_logs",
        around=("page_size",),
    )


def _row(attempt: Attempt, *, subscription_id: str) -> dict[str, Any]:
    reason: dict[str, Any] = {}
    if attempt.is_failed:
        timed_out = attempt.status == NO_ANSWER
        reason["failed_reason_type"] = _READ_TIMED_OUT if timed_out else _REMOTE_ERROR
    return {
        "event": attempt.event,
        "status": attempt.status,
        **reason,
        "user_id": attempt.user_id,
        "endpoint": attempt.endpoint,
        "subscription_id": subscription_id,
        "request_headers": "N/A",
        "request_body": attempt.body,
        "response_headers": "N/A",
        "response_body": "" if attempt.status != NO_ANSWER else "Timeout connecting to server.",
        "date_time": attempt.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "trace_id": f"WEB_{attempt.request_id.replace('_', '')}",
        "request_id": attempt.request_id,
        "retry_num": attempt.number,
    }


ROUTES = [Route("/v2/marketplace/apps/{app}/webhook_logs", webhook_logs)]
