"""Who may call what: the token, the rate limits, the scopes and the account's plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.app import APP
from simulator.arrival import record_call, world_of
from simulator.limits import FREE, Refusal
from simulator.world import SCOPES, Account


@dataclass(frozen=True, slots=True)
class Call:
    """What a call needs: a rate limit label and one of the scopes, granular or classic.

    `per_second_code` is that of too many requests in a second, which Zoom's documents give twice.
    """

    label: str
    granular: tuple[str, ...] = ()
    classic: tuple[str, ...] = ()
    is_paid: bool = False
    per_second_code: int = 429


async def admit(request: Request, call: Call) -> Account | Response:
    """The account of the access token, or the response that refuses the call."""
    account = account_of(request)
    if (answer := await record_call(request, account.id if account else None)) is not None:
        return answer
    if account is None:
        return unauthorized(request)
    world = world_of(request)
    if refusal := world.limits.take(account.id, call.label, plan=account.plan, now=world.now()):
        return _too_many(refusal, call)
    if not _is_granted(call, granted_scopes(request, account)):
        return _scopes_missing(call)
    if call.is_paid and account.plan == FREE:
        message = f"Only available for Paid user: {account.company.owner.email}"
        return refuse(400, 200, message=message)
    return account


async def admit_app(request: Request, call: Call) -> Response | None:
    """Whether the app's own token may make the call; None if it may. A Server-to-Server app's own
    token is that of its account.
    """
    world, token = world_of(request), bearer(request)
    is_app = world.grants.is_app_token(token) or world.grants.is_of_server_app(token)
    if (answer := await record_call(request, APP if is_app else None)) is not None:
        return answer
    if not is_app:
        return unauthorized(request)
    if refusal := world.limits.take(APP, call.label, plan=world.app.plan, now=world.now()):
        return _too_many(refusal, call)
    return None if _is_granted(call, world.app.scopes) else _scopes_missing(call)


def account_of(request: Request) -> Account | None:
    world = world_of(request)
    account_id = world.grants.account_of_access(bearer(request))
    return world.accounts[account_id] if account_id else None


def granted_scopes(request: Request, account: Account) -> set[str]:
    world = world_of(request)
    consent = world.grants.consent_of_access(bearer(request))
    granted = SCOPES if consent is None or consent.scope is None else consent.scope
    return set(granted.split()) - account.missing_scopes


def bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def unauthorized(request: Request) -> Response:
    has_expired = world_of(request).grants.has_expired(bearer(request))
    message = "Access token is expired." if has_expired else "Invalid access token."
    return refuse(401, 124, message=message)


def refuse(status: int, code: int, *, message: str, **more: Any) -> Response:
    return JSONResponse({"code": code, "message": message, **more}, status_code=status)


def _too_many(refusal: Refusal, call: Call) -> Response:
    code = 429 if refusal.is_daily else call.per_second_code
    return JSONResponse(
        {"code": code, "message": refusal.message}, status_code=429, headers=refusal.headers
    )


def _is_granted(call: Call, scopes: set[str]) -> bool:
    needed = {*call.granular, *call.classic}
    return not needed or bool(needed & scopes)


def _scopes_missing(call: Call) -> Response:
    """Zoom names the granular scopes, or the classic ones where there are no others."""
    scopes = ", ".join(call.granular or call.classic)
    message = f"Invalid access token, does not contain scopes:[{scopes}]."
    return refuse(400, 4711, message=message)
