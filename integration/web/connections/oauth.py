"""`/services/zoom/connect` sends the browser to Zoom, which returns it to `…/callback`."""

from datetime import UTC, datetime

from starlette.responses import RedirectResponse, Response

from integration.connections.connecting import (
    AccountTaken,
    NotAdministrator,
    ScopesMissing,
    account_of_grant,
    connect_with_grant,
)
from integration.directory.rights import Right
from integration.sign_in.signing import new_secret
from integration.web.connections.authorizations import redeem_authorization, start_authorization
from integration.web.connections.refusals import (
    account_taken,
    declined,
    from_another_site,
    not_permitted,
    scopes_missing,
    stale,
    zoom_rejected,
)
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom import oauth
from integration.zoom.errors import ZoomError

CONNECT, CALLBACK = "/services/zoom/connect", "/services/zoom/callback"


def connect(visit: Visit) -> Response:
    """Redirects to Zoom's consent page, with a state that this session can redeem once."""
    if visit.request.headers.get("sec-fetch-site") == "cross-site":
        raise from_another_site()
    visit.settings.require_zoom_app()
    state, code_verifier = new_secret(), new_secret()
    with visit.transaction() as connection:
        start_authorization(
            connection,
            state,
            session=visit.session or "",
            organization_id=visit.viewer.organization_id,
            code_verifier=code_verifier,
            now=visit.now,
        )
    address = oauth.authorize_url(
        visit.settings.oauth_url,
        client_id=visit.settings.require("ZOOM_CLIENT_ID"),
        redirect_uri=visit.settings.public_url + CALLBACK,
        state=state,
        code_verifier=code_verifier,
    )
    return RedirectResponse(address, status_code=303)


def callback(visit: Visit) -> Response:
    """Connects the Zoom account of the person who approved the app, if they administer it."""
    code_verifier = _redeem_state(visit)
    if visit.query("error"):
        raise declined()
    if not visit.query("code"):
        raise stale()
    try:
        grant = _exchange(visit, code_verifier)
        account_id = account_of_grant(grant, api_url=visit.settings.api_url)
    except ScopesMissing as missing:
        raise scopes_missing(missing.scopes) from missing
    except NotAdministrator as error:
        raise not_permitted() from error
    except ZoomError as error:
        raise zoom_rejected(error) from error
    _connect_account(visit, grant, account_id)
    return visit.go("/services/zoom/overview")


def _redeem_state(visit: Visit) -> str:
    """Commits at once, so that a state works only once, whatever happens later."""
    with visit.transaction() as connection:
        code_verifier = redeem_authorization(
            connection,
            visit.query("state"),
            session=visit.session or "",
            organization_id=visit.viewer.organization_id,
            now=visit.now,
        )
    if code_verifier is None:
        raise stale()
    return code_verifier


def _exchange(visit: Visit, code_verifier: str) -> oauth.Grant:
    settings = visit.settings
    return oauth.exchange_code(
        settings.oauth_url,
        client_id=settings.require("ZOOM_CLIENT_ID"),
        client_secret=settings.require("ZOOM_CLIENT_SECRET"),
        code=visit.query("code"),
        redirect_uri=settings.public_url + CALLBACK,
        code_verifier=code_verifier,
        now=datetime.now(UTC),
    )


def _connect_account(visit: Visit, grant: oauth.Grant, account_id: str) -> None:
    viewer = visit.viewer
    with visit.transaction() as connection:
        try:
            _, is_new = connect_with_grant(
                connection,
                grant,
                grant_type="authorization_code",
                zoom_account_id=account_id,
                organization_id=viewer.organization_id,
                user_id=viewer.user_id,
                keys=visit.settings.encryption_keys,
                new_organizations=visit.settings.new_organizations,
            )
        except AccountTaken as error:
            raise account_taken(error) from error
        visit.show_next(
            connection,
            f"Zoom account {account_id} is connected to {viewer.organization_name}. The import of "
            "its users usually starts within a minute. Sessions that end from now on will appear."
            if is_new
            else f"Zoom account {account_id} was already connected to {viewer.organization_name}. "
            "Its access has been renewed.",
        )


PAGES = (
    PageRoute(CONNECT, connect, right=Right.CONNECT, shows=Shows.NOBODY),
    PageRoute(CALLBACK, callback, right=Right.CONNECT, shows=Shows.NOBODY),
)
