"""`/v2`: users and phone users of the access token's account."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.admission import Call, admit, bearer, refuse
from simulator.arrival import world_of
from simulator.company import Company
from simulator.directory import RestUser
from simulator.limits import LIGHT, MEDIUM, PHONE_MEDIUM
from simulator.listing import page

_USERS = Call(MEDIUM, ("user:read:list_users:admin",), ("user:read:admin",))
_USER = Call(LIGHT, ("user:read:user:admin",), ("user:read:admin",))
_PHONE_USERS = Call(PHONE_MEDIUM, ("phone:read:list_users:admin",), ("phone:read:admin",))
_STATUSES = ("active", "inactive", "pending")


async def list_users(request: Request) -> Response:
    """List the users with one status; a complete list takes three calls."""
    account = await admit(request, _USERS)
    if isinstance(account, Response):
        return account
    status = request.query_params.get("status", "active")
    if status not in _STATUSES:
        return refuse(400, 300, message=f"Invalid status: {status}.")
    rows = [user for user in account.users if user["status"] == status]
    around = ("page_count", "page_number", "page_size", "total_records")
    return page(request, rows, what=f"users:{status}", array="users", around=around)


async def one_user(request: Request) -> Response:
    """Return a user by id, by email, or `me`, the user who approved access."""
    account = await admit(request, _USER)
    if isinstance(account, Response):
        return account
    wanted = request.path_params["user"]
    key = _consenter(request) or account.company.owner.id if wanted == "me" else wanted
    for user in account.users:
        if key and key in (user.get("id"), user["email"]):
            return JSONResponse(_in_full(user, account.company))
    return refuse(404, 1001, message=f"User does not exist: {wanted}.")


async def list_phone_users(request: Request) -> Response:
    account = await admit(request, _PHONE_USERS)
    if isinstance(account, Response):
        return account
    if not account.has_phone:
        return refuse(403, 403, message="Zoom Phone has not been enabled for this account.")
    around = ("page_size", "total_records")
    return page(request, account.phone_users, what="phone users", array="users", around=around)


def _in_full(user: RestUser, company: Company) -> RestUser:
    roles = {one.id: one.zoom_role for one in company.users}
    return {
        **user,
        "account_id": company.account_id,
        "company": company.name,
        "role_name": roles.get(user.get("id"), "Member"),
        "language": "en-US",
    }


def _consenter(request: Request) -> str | None:
    consent = world_of(request).grants.consent_of_access(bearer(request))
    return consent.user_id if consent else None


ROUTES = [
    Route("/v2/users", list_users),
    Route("/v2/users/{user}", one_user),
    Route("/v2/phone/users", list_phone_users),
]
