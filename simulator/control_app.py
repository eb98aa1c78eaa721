"""`/_control` of the app: its scopes, its subscriptions, and Zoom's log of its webhooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.app import App, Subscription
from simulator.arrival import world_of
from simulator.attempts import NO_ANSWER, Attempt
from simulator.control import body_of, wrong


async def app(request: Request) -> Response:
    """POST changes the app's `id`, `plan`, `scopes`, `refused_events`, or the `events` of the build
    flow's subscription (null: there is none); DELETE makes it a new app.
    """
    world = world_of(request)
    if request.method == "DELETE":
        world.app = App()
        return Response(status_code=204)
    body = await body_of(request)
    world.app.id = body.get("id", world.app.id)
    world.app.plan = body.get("plan", world.app.plan)
    world.app.scopes = set(body.get("scopes", world.app.scopes))
    world.app.refused_events = set(body.get("refused_events", world.app.refused_events))
    if "events" in body:
        others = [one for one in world.app.subscriptions if one.source != "default"]
        own = [] if body["events"] is None else [Subscription(events=list(body["events"]))]
        world.app.subscriptions = [*own, *others]
    return Response(status_code=204)


async def webhook_log(request: Request) -> Response:
    """POST logs `attempts`, each with a `body` (an object, or text that may be no JSON) and, where
    it matters, `at`, `status` (-1: no answer), `retry_num`, `request_id`; DELETE empties the log.
    """
    world = world_of(request)
    if request.method == "DELETE":
        world.attempts.clear()
        return Response(status_code=204)
    body = await body_of(request)
    now = datetime.fromtimestamp(world.now(), UTC)
    try:
        found = [_attempt(one, now=now) for one in body["attempts"]]
    except (KeyError, TypeError, ValueError) as error:
        return wrong(f"{type(error).__name__}: {error}")
    world.attempts.extend(found)
    return Response(status_code=204)


def _attempt(given: dict[str, Any], *, now: datetime) -> Attempt:
    at = datetime.fromisoformat(given["at"]).astimezone(UTC) if "at" in given else now
    named = {name: given[name] for name in ("request_id", "endpoint") if name in given}
    status, number = int(given.get("status", NO_ANSWER)), int(given.get("retry_num", 0))
    return Attempt(at, _text(given["body"]), status, number, **named)


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


ROUTES = [
    Route("/_control/app", app, methods=["POST", "DELETE"]),
    Route("/_control/webhook-log", webhook_log, methods=["POST", "DELETE"]),
]
