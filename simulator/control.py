"""`/_control`, which Zoom does not have: plan failures, end tokens, change users, list calls."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.arrival import world_of
from simulator.directory import RestUser
from simulator.failures import Failure
from simulator.world import Account, NextAuthorization, World


async def fail(request: Request) -> Response:
    """POST plans a response for one exact path; DELETE removes all planned responses."""
    world = world_of(request)
    if request.method == "DELETE":
        world.failures.clear()
        return Response(status_code=204)
    try:
        failure = Failure(**await body_of(request))
    except (TypeError, ValueError) as error:
        return wrong(str(error))
    world.failures.plan(failure)
    return Response(status_code=204)


async def expire_tokens(request: Request) -> Response:
    return JSONResponse({"expired": world_of(request).grants.expire_access()})


async def revoke_grants(request: Request) -> Response:
    """End the refresh tokens of `account_id`, or of all accounts."""
    body = await body_of(request)
    return JSONResponse({"revoked": world_of(request).grants.end_refresh(body.get("account_id"))})


async def withdraw(request: Request) -> Response:
    """End all access to `account_id`, also Server-to-Server, until its admin consents again."""
    world, body = world_of(request), await body_of(request)
    account = account_in(world, body)
    if account is None:
        return wrong("No such account.")
    world.grants.withdraw(account.id)
    world.keep_grants()
    return Response(status_code=204)


async def authorization(request: Request) -> Response:
    """Set who approves the next authorizations: the account (`account_id`), the user (`user_id`, or
    the owner) and the scopes (`scope`, or all), or whether access is denied (`deny`).
    """
    world, body = world_of(request), await body_of(request)
    account = account_in(world, body)
    if account is None:
        return wrong("No such account.")
    world.authorization = NextAuthorization(
        account.id,
        denies=bool(body.get("deny", False)),
        user_id=body.get("user_id"),
        scope=body.get("scope"),
    )
    return Response(status_code=204)


async def calls(request: Request) -> Response:
    world = world_of(request)
    if request.method == "DELETE":
        world.calls.clear()
        return Response(status_code=204)
    return JSONResponse(world.calls)


async def change_user(request: Request) -> Response:
    """Add, change or (`"remove": true`) remove the user with this id, or with this email."""
    world, body = world_of(request), await body_of(request)
    account, given = account_in(world, body), body.get("user")
    if account is None:
        return wrong("No such account.")
    if not isinstance(given, dict) or not (given.get("id") or given.get("email")):
        return wrong("A user needs an id or an email.")
    found = _find(account, given)
    if body.get("remove"):
        if found is None:
            return wrong("No such user.")
        account.users.remove(found)
        account.phone_users = [one for one in account.phone_users if one["id"] != found.get("id")]
        return JSONResponse(found)
    if found is None:
        found = _new_user(given)
        account.users.append(found)
    found.update(given)
    return JSONResponse(found)


def _find(account: Account, given: RestUser) -> RestUser | None:
    """Find the user by id, or by email if one of the two has no id, like a pending user."""
    for user in account.users:
        if given.get("id") and user.get("id") == given["id"]:
            return user
    for user in account.users:
        has_both_ids = bool(given.get("id") and user.get("id"))
        if not has_both_ids and given.get("email") and user["email"] == given["email"]:
            return user
    return None


def _new_user(given: RestUser) -> RestUser:
    """A new user with default fields: active and basic. A pending user gets no id."""
    fields: RestUser = {"email": "", "type": 1, "status": "active"}
    if given.get("status") == "pending":
        return fields
    return {"id": secrets.token_urlsafe(16), **fields}


def account_in(world: World, body: dict[str, Any]) -> Account | None:
    first = next(iter(world.accounts))
    return world.accounts.get(body.get("account_id", first))


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object in the body; {} if the body is empty."""
    body = await request.body()
    return json.loads(body) if body else {}


def not_json(_request: Request, error: Exception) -> Response:
    """The exception handler for control calls with invalid JSON."""
    return wrong(f"Not valid JSON: {error}")


def wrong(reason: str) -> Response:
    return JSONResponse({"error": reason}, status_code=400)


ROUTES = [
    Route("/_control/fail", fail, methods=["POST", "DELETE"]),
    Route("/_control/expire-tokens", expire_tokens, methods=["POST"]),
    Route("/_control/revoke-grants", revoke_grants, methods=["POST"]),
    Route("/_control/withdraw", withdraw, methods=["POST"]),
    Route("/_control/authorize", authorization, methods=["POST"]),
    Route("/_control/calls", calls, methods=["GET", "DELETE"]),
    Route("/_control/users", change_user, methods=["POST"]),
]
