"""More of `/_control`: the past that REST reports, plans and scopes, rate limits, the time."""

from __future__ import annotations

import time
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.arrival import world_of
from simulator.company import DEFAULT_SEED
from simulator.control import account_in, body_of, wrong
from simulator.day import build_whole_day
from simulator.limits import BUSINESS, LABELS, PLANS


async def history(request: Request) -> Response:
    """POST adds the events of `day` (with `seed`), or those in `events`; DELETE forgets all."""
    world = world_of(request)
    if request.method == "DELETE":
        world.history.clear()
        return Response(status_code=204)
    body = await body_of(request)
    account = account_in(world, body)
    if account is None:
        return wrong("No such account.")
    try:
        if "day" in body:
            day, seed = date.fromisoformat(body["day"]), body.get("seed", DEFAULT_SEED)
            world.history.record(
                event.body for event in build_whole_day(account.company, day, seed=seed)
            )
        world.history.record(body.get("events", ()))
    except (KeyError, TypeError, ValueError) as error:
        return wrong(f"{type(error).__name__}: {error}")
    return Response(status_code=204)


async def access(request: Request) -> Response:
    """POST changes the account's `plan`, `has_webinars`, `has_phone` or `missing_scopes`; DELETE
    gives all accounts everything again.
    """
    world = world_of(request)
    if request.method == "DELETE":
        world.give_everything()
        return Response(status_code=204)
    body = await body_of(request)
    account = account_in(world, body)
    if account is None:
        return wrong("No such account.")
    if body.get("plan", BUSINESS) not in PLANS:
        return wrong(f"The plan must be one of {', '.join(PLANS)}.")
    account.plan = body.get("plan", account.plan)
    account.has_webinars = bool(body.get("has_webinars", account.has_webinars))
    account.has_phone = bool(body.get("has_phone", account.has_phone))
    account.missing_scopes = set(body.get("missing_scopes", account.missing_scopes))
    return Response(status_code=204)


async def limits(request: Request) -> Response:
    """GET returns how much was asked for; POST sets `per_second` and `per_day` of a `label` for an
    account; DELETE restores the documented limits and counts from zero.
    """
    world = world_of(request)
    if request.method == "GET":
        return JSONResponse(world.limits.use())
    if request.method == "DELETE":
        world.limits.clear()
        return Response(status_code=204)
    body = await body_of(request)
    account = account_in(world, body)
    if account is None:
        return wrong("No such account.")
    if body.get("label") not in LABELS:
        return wrong(f"The label must be one of {', '.join(LABELS)}.")
    changed: dict[str, int] = {
        name: body[name] for name in ("per_second", "per_day") if name in body
    }
    if not all(isinstance(limit, int) for limit in changed.values()):
        return wrong("A limit is a number of requests.")
    world.limits.change(account.id, body["label"], changed)
    return Response(status_code=204)


async def clock(request: Request) -> Response:
    """Let it be `now` (ISO 8601) for lists, logs and rate limits; tokens keep their own time."""
    body = await body_of(request)
    try:
        start = datetime.fromisoformat(body["now"]).timestamp()
    except (KeyError, TypeError, ValueError) as error:
        return wrong(f"{type(error).__name__}: {error}")
    real = time.time()
    world_of(request).now = lambda: start + time.time() - real
    return Response(status_code=204)


ROUTES = [
    Route("/_control/history", history, methods=["POST", "DELETE"]),
    Route("/_control/access", access, methods=["POST", "DELETE"]),
    Route("/_control/limits", limits, methods=["GET", "POST", "DELETE"]),
    Route("/_control/clock", clock, methods=["POST"]),
]
