"""`/v2/marketplace/app/event_subscription`: which events are sent where, with the app's own token.

The subscription of the build flow is listed for every account and cannot be changed here.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.admission import Call, admit_app, refuse
from simulator.app import EVENTS, Subscription
from simulator.arrival import world_of
from simulator.limits import HEAVY, MEDIUM
from simulator.listing import page
from simulator.world import World

_READ = Call(MEDIUM, ("marketplace:read:event_subscription",))
_WRITE = Call(HEAVY, ("marketplace:write:event_subscription",))
_UPDATE = Call(MEDIUM, ("marketplace:update:event_subscription",))
_DELETE = Call(MEDIUM, ("marketplace:delete:event_subscription",))
_SCOPES = ("user", "account", "master_account")


async def list_subscriptions(request: Request) -> Response:
    if (answer := await admit_app(request, _READ)) is not None:
        return answer
    world, query = world_of(request), request.query_params
    account_id, scope = query.get("account_id", ""), query.get("subscription_scope", "user")
    if scope not in _SCOPES:
        return refuse(400, 1500, message="The subscription scope is invalid.")
    if (unknown := _unknown(world, account_id, [query.get("user_id", "")], scope)) is not None:
        return unknown
    rows = [_row(one) for one in world.app.subscriptions if one.account_id in ("", account_id)]
    return page(
        request,
        rows,
        what=f"subscriptions:{account_id}",
        array="event_subscriptions",
        around=("page_size",),
    )


async def create(request: Request) -> Response:
    if (answer := await admit_app(request, _WRITE)) is not None:
        return answer
    world, body = world_of(request), await _body(request)
    events, url = body.get("events"), body.get("event_webhook_url")
    scope, users = body.get("subscription_scope"), body.get("user_ids") or []
    if not events:
        return refuse(400, 1500, message="The events list is empty.")
    if not url:
        return refuse(400, 1500, message="The event webhook url is empty.")
    if scope not in _SCOPES:
        return refuse(400, 1500, message="The subscription scope is invalid.")
    if (answer := _unknown(world, body.get("account_id", ""), users, scope)) is not None:
        return answer
    for event in events:
        if event not in EVENTS:
            return refuse(404, 1601, message=f"App event not exists: {event}")
        if event in world.app.refused_events:
            return refuse(400, 1602, message=f"The event is not allowed for the app: {event}")
    if not str(url).startswith("https://") and not str(url).startswith("http://127.0.0.1"):
        return refuse(404, 1701, message=f"The event webhook url validate failed: {url}.")
    made = Subscription(
        id=secrets.token_urlsafe(16),
        events=list(events),
        name=body.get("event_subscription_name", ""),
        url=url,
        scope=scope,
        source="openapi",
        account_id=body["account_id"],
    )
    world.app.subscriptions.append(made)
    return JSONResponse({"event_subscription_id": made.id}, status_code=201)


async def subscribe(request: Request) -> Response:
    """Add users of an account to a subscription that was made here."""
    if (answer := await admit_app(request, _UPDATE)) is not None:
        return answer
    world, body = world_of(request), await _body(request)
    found = _made_here(request)
    if isinstance(found, Response):
        return found
    users = body.get("user_ids") or []
    unknown = _unknown(world, body.get("account_id", ""), users, found.scope)
    return Response(status_code=204) if unknown is None else unknown


async def delete(request: Request) -> Response:
    if (answer := await admit_app(request, _DELETE)) is not None:
        return answer
    found = _made_here(request)
    if isinstance(found, Response):
        return found
    world_of(request).app.subscriptions.remove(found)
    return Response(status_code=204)


def _made_here(request: Request) -> Subscription | Response:
    wanted = request.path_params["subscription"]
    for one in world_of(request).app.subscriptions:
        if one.id == wanted and one.source == "openapi":
            return one
    return refuse(404, 1601, message=f"App event subscription is invalid: {wanted}")


def _unknown(world: World, account_id: str, users: list[str], scope: str) -> Response | None:
    """The refusal for an account, or for a user of it, that does not exist."""
    account = world.accounts.get(account_id)
    if account is None:
        errors = [{"field": "account_id", "message": "Invalid field."}]
        return refuse(400, 300, message="Validation Failed.", errors=errors)
    known = {user["id"] for user in account.users if "id" in user}
    for user in users:
        if user not in known and (user or scope == "user"):
            return refuse(
                404,
                1001,
                message=f"User does not exist or does not belong to this account: {user}.",
            )
    return None


def _row(one: Subscription) -> dict[str, Any]:
    return {
        "event_subscription_id": one.id,
        "events": one.events,
        "event_subscription_name": one.name,
        "event_webhook_url": one.url,
        "subscription_scope": one.scope,
        "created_source": one.source,
        "subscriber_id": one.subscriber_id,
        "custom_header": {"custom_header_type": 0},
    }


async def _body(request: Request) -> dict[str, Any]:
    read = json.loads(await request.body() or b"{}")
    return read if isinstance(read, dict) else {}


ROUTES = [
    Route("/v2/marketplace/app/event_subscription", list_subscriptions, methods=["GET"]),
    Route("/v2/marketplace/app/event_subscription", create, methods=["POST"]),
    Route("/v2/marketplace/app/event_subscription/{subscription}", subscribe, methods=["PATCH"]),
    Route("/v2/marketplace/app/event_subscription/{subscription}", delete, methods=["DELETE"]),
]
