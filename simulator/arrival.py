"""The first step of each API call: it is recorded, and a planned failure may answer it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.world import World

_SECRETS = ("code", "state", "token", "code_challenge", "client_secret", "access_token")


def world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def record_call(request: Request, account_id: str | None, **detail: Any) -> Response | None:
    """Record the call without secrets; return the planned response for this path, if any."""
    world, path = world_of(request), request.url.path
    query = {key: value for key, value in request.query_params.items() if key not in _SECRETS}
    call = {"method": request.method, "path": path, "query": query, "account_id": account_id}
    world.calls.append({**call, **detail})
    failure = world.failures.take(path, account_id)
    if failure is None:
        return None
    await asyncio.sleep(failure.delay_seconds)
    if failure.status is None:
        return None
    if isinstance(failure.body, str):
        return Response(failure.body, status_code=failure.status, headers=failure.headers)
    return JSONResponse(failure.body or {}, status_code=failure.status, headers=failure.headers)
