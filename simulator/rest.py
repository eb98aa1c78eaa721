"""`/v2`: users and phone users of the access token's account."""

from __future__ import annotations

import math
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.arrival import record_call, world_of
from simulator.company import Company
from simulator.directory import RestUser
from simulator.paging import PagingError, page_of
from simulator.world import Account

_STATUSES = ("active", "inactive", "pending")


async def list_users(request: Request) -> Response:
    """List the users with one status; a complete list takes three calls."""
    account = _account(request)
    if (answer := await record_call(request, account.id if account else None)) is not None:
        return answer
    if account is None:
        return _unauthorized(request)
    status = request.query_params.get("status", "active")
    if status not in _STATUSES:
        return _error(400, 300, message=f"Invalid status: {status}.")
    rows = [user for user in account.users if user["status"] == status]
    return _page(request, rows, what=f"users:{status}")


async def one_user(request: Request) -> Response:
    """Return a user by id, by email, or `me`, the user who approved access."""
    account = _account(request)
    if (answer := await record_call(request, account.id if account else None)) is not None:
        return answer
    if account is None:
        return _unauthorized(request)
    wanted = request.path_params["user"]
    key = _consenter(request) or account.company.owner.id if wanted == "me" else wanted
    for user in account.users:
        if key and key in (user.get("id"), user["email"]):
            return JSONResponse(_in_full(user, account.company))
    return _error(404, 1001, message=f"User does not exist: {wanted}.")


async def list_phone_users(request: Request) -> Response:
    account = _account(request)
    if (answer := await record_call(request, account.id if account else None)) is not None:
        return answer
    if account is None:
        return _unauthorized(request)
    if not account.company.has_phone:
        return _error(403, 403, message="Zoom Phone has not been enabled for this account.")
    return _page(request, account.phone_users, what="phone users")


def _page(request: Request, rows: list[dict[str, Any]], *, what: str) -> Response:
    now = world_of(request).now()
    try:
        page = page_of(rows, request.query_params, what=what, now=now)
    except PagingError as error:
        return _error(400, 300, message=str(error))
    return JSONResponse(
        {
            "next_page_token": page.next_token,
            "page_count": math.ceil(len(rows) / page.size),
            "page_number": page.number,
            "page_size": page.size,
            "total_records": len(rows),
            "users": page.rows,
        }
    )


def _in_full(user: RestUser, company: Company) -> RestUser:
    roles = {one.id: one.zoom_role for one in company.users}
    return {
        **user,
        "account_id": company.account_id,
        "company": company.name,
        "role_name": roles.get(user.get("id"), "Member"),
        "language": "en-US",
    }


def _account(request: Request) -> Account | None:
    world = world_of(request)
    account_id = world.grants.account_of_access(_bearer(request))
    return world.accounts[account_id] if account_id else None


def _consenter(request: Request) -> str | None:
    consent = world_of(request).grants.consent_of_access(_bearer(request))
    return consent.user_id if consent else None


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _unauthorized(request: Request) -> Response:
    has_expired = world_of(request).grants.has_expired(_bearer(request))
    message = "Access token is expired." if has_expired else "Invalid access token."
    return _error(401, 124, message=message)


def _error(status: int, code: int, *, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status_code=status)


ROUTES = [
    Route("/v2/users", list_users),
    Route("/v2/users/{user}", one_user),
    Route("/v2/phone/users", list_phone_users),
]
