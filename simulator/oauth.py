"""`/oauth`: consent, at once or on a page, tokens, and their revocation."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.arrival import record_call, world_of
from simulator.consent import consent_page
from simulator.grants import EXPIRES_IN_SECONDS, Consent, GrantError, Grants, Tokens
from simulator.world import SCOPES, World

_CHALLENGE_METHODS = ("S256", "plain")


async def authorize(request: Request) -> Response:
    """Redirect to `redirect_uri` with a code, or with `access_denied` if the admin declines.

    A world that asks for consent returns a page with both choices first; its form is posted here.
    """
    world, query = world_of(request), request.query_params
    choice = await _form(request) if request.method == "POST" else {}
    account_id = choice.get("account", world.authorization.account_id)
    if (answer := await record_call(request, account_id)) is not None:
        return answer
    redirect_uri = query.get("redirect_uri", "")
    if (wrong := _wrong_request(world, query, redirect_uri)) is not None:
        return wrong
    if account_id not in world.accounts:
        return _error("Invalid account.", "invalid_request")
    if world.asks_for_consent and not choice:
        return HTMLResponse(consent_page(world, client=urlsplit(redirect_uri).netloc))
    state = {"state": query["state"]} if "state" in query else {}
    declines = choice.get("answer") != "allow" if choice else world.authorization.denies
    if "deny" in query or declines:
        return _back(redirect_uri, {"error": "access_denied", **state})
    consent = Consent(account_id, world.authorization.user_id, world.authorization.scope)
    code = world.grants.make_code(
        consent,
        redirect_uri,
        challenge=query.get("code_challenge"),
        method=query.get("code_challenge_method", "plain"),
    )
    return _back(redirect_uri, {"code": code, **state})


def _wrong_request(world: World, query: QueryParams, redirect_uri: str) -> Response | None:
    if query.get("client_id") != world.client_id:
        return _error("Invalid client_id.", "invalid_client")
    if query.get("response_type") != "code":
        return _error("The response_type must be code.", "unsupported_response_type")
    if urlsplit(redirect_uri).scheme not in ("http", "https"):
        return _error("Invalid redirect URL.", "invalid_request")
    if query.get("code_challenge_method", "plain") not in _CHALLENGE_METHODS:
        return _error("Invalid code_challenge_method.", "invalid_request")
    return None


async def token(request: Request) -> Response:
    world, form = world_of(request), await _form(request)
    grant_type, account_id = form.get("grant_type", ""), _account(world.grants, form)
    if (answer := await record_call(request, account_id, grant_type=grant_type)) is not None:
        return answer
    if not _is_client(request, world):
        return _error("Invalid client_id or client_secret", "invalid_client", status=401)
    try:
        tokens = _tokens(world, form, grant_type=grant_type)
    except GrantError as error:
        return _error(error.reason, error.error)
    world.keep_grants()
    content = {
        "access_token": tokens.access_token,
        "token_type": "bearer",
        "expires_in": EXPIRES_IN_SECONDS,
        "scope": SCOPES if tokens.scope is None else tokens.scope,
        "api_url": str(request.base_url).rstrip("/"),
    }
    if tokens.refresh_token is not None:
        content["refresh_token"] = tokens.refresh_token
    return JSONResponse(content)


async def revoke(request: Request) -> Response:
    world, form = world_of(request), await _form(request)
    if (answer := await record_call(request, None)) is not None:
        return answer
    if not _is_client(request, world):
        return _error("Invalid client_id or client_secret", "invalid_client", status=401)
    if not world.grants.revoke(form.get("token", "")):
        return _error("Invalid Token!", "invalid_request")
    world.keep_grants()
    return JSONResponse({"status": "success"})


async def _form(request: Request) -> dict[str, str]:
    """The form fields; Starlette's own reader would need another package."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _tokens(world: World, form: dict[str, str], *, grant_type: str) -> Tokens:
    if grant_type == "authorization_code":
        return world.grants.redeem(
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier"),
        )
    if grant_type == "refresh_token":
        return world.grants.refresh(form.get("refresh_token", ""))
    if grant_type == "account_credentials":
        account_id = form.get("account_id", "")
        if account_id not in world.accounts:
            raise GrantError("Invalid account_id.", "invalid_request")
        return world.grants.issue_for_account(account_id)
    if grant_type == "client_credentials":
        tokens = world.grants.issue_for_app()
        return replace(tokens, scope=" ".join(sorted(world.app.scopes)))
    raise GrantError("Unsupported grant type.", "unsupported_grant_type")


def _account(grants: Grants, form: dict[str, str]) -> str | None:
    """The account of the requested token, if the form identifies it."""
    return (
        grants.account_of_refresh(form.get("refresh_token", ""))
        or grants.account_of_code(form.get("code", ""))
        or form.get("account_id")
    )


def _is_client(request: Request, world: World) -> bool:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        return False
    expected = f"{world.client_id}:{world.client_secret}".encode()
    return scheme.lower() == "basic" and secrets.compare_digest(given, expected)


def _back(redirect_uri: str, fields: dict[str, str]) -> Response:
    joint = "&" if urlsplit(redirect_uri).query else "?"
    # 302 as Zoom sends it; browsers follow it with a GET, after a form too.
    return RedirectResponse(f"{redirect_uri}{joint}{urlencode(fields)}", status_code=302)


def _error(reason: str, error: str, *, status: int = 400) -> Response:
    return JSONResponse({"reason": reason, "error": error}, status_code=status)


ROUTES = [
    Route("/oauth/authorize", authorize, methods=["GET", "POST"]),
    Route("/oauth/token", token, methods=["POST"]),
    Route("/oauth/revoke", revoke, methods=["POST"]),
]
