"""`/sign-in/ORGANIZATION_ID`: sign-in with OpenID Connect, where the organization has set it.

The page names the organization, and its link leads to the provider, which sends the browser back.
The link works only from that page: otherwise another site could sign a browser in to an
organization of its own, where somebody might connect their Zoom account.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from integration.database.audit_trail import record_change
from integration.directory.rights import Right
from integration.settings import SettingsError
from integration.sign_in.browsers import browser_name
from integration.sign_in.openid.addresses import host_of
from integration.sign_in.openid.code_flow import Attempt, address_at_provider, claims_for_code
from integration.sign_in.openid.problems import OpenIdError, Problem
from integration.sign_in.openid.providers import (
    Provider,
    SecretUnreadable,
    keeps_provider,
    provider_of,
)
from integration.sign_in.openid.users import identified_user
from integration.sign_in.sessions import start_session, store_link
from integration.sign_in.signing import new_secret
from integration.web.page.refusals import not_found, start_of, with_next
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.sign_in.next_page import next_page
from integration.web.sign_in.openid_attempts import Attempts
from integration.web.sign_in.openid_refusals import could_not_sign_in

logger = logging.getLogger(__name__)

START = "/sign-in/{organization_id}"
LONGEST_ANSWER = 4096  # of a code and a state


def show_start(visit: Visit) -> Response:
    """Says where the organization signs in, with a link that is valid in this browser."""
    provider = _provider(visit)
    cookies = visit.page.browser_session
    opened = cookies.read_opened(visit.request) or new_secret()
    next_path = next_page(visit.query("next"))
    response = visit.render(
        "sign_in/openid.html",
        takes_message=False,
        provider=provider,
        host=host_of(provider.issuer),
        next_path=next_path,
        way=f"{start_of(provider.organization_id)}/start",
        proof=visit.page.signing.seal(_started(opened, provider), purpose="openid"),
    )
    cookies.remember_opened(response, opened)
    return response


def start(visit: Visit) -> Response:
    """Sends the browser to the provider."""
    provider = _provider(visit)
    next_path = next_page(visit.query("next"))
    opened = visit.page.browser_session.read_opened(visit.request)
    if opened is None or not visit.page.signing.is_sealed(
        _started(opened, provider), visit.query("proof"), purpose="openid"
    ):
        return visit.go(with_next(start_of(provider.organization_id), next_path))
    attempt = Attempt(provider.organization_id, provider.issuer, provider.client_id, next_path)
    with _refusing(provider, next_path):
        providers = visit.page.providers
        with providers.turn(provider.issuer):
            published = providers.published(provider.issuer)
    address = address_at_provider(published, attempt, redirect_uri=_redirect_uri(visit, provider))
    response = RedirectResponse(address, status_code=303)
    _attempts(visit).remember(visit.request, response, attempt, now=visit.now)
    return response


def come_back(visit: Visit) -> Response:
    """Signs in the person whom the provider names, if they are a user of this organization."""
    provider, attempts = _provider(visit), _attempts(visit)
    attempt = attempts.read(visit.request, _answer(visit, "state"))
    if attempt is None and visit.signed_in:  # they have gone back in their browser
        return visit.go("/")
    with _refusing(provider, attempt.next_path if attempt else ""):
        if attempt is None:
            raise OpenIdError(Problem.STALE)
        claims = _claims(visit, provider, attempt)
        response = _sign_in(visit, provider, claims, next_path=attempt.next_path)
    attempts.forget_all(visit.request, response)
    return response


def _claims(visit: Visit, provider: Provider, attempt: Attempt) -> Any:
    """The verified claims. OpenIdError for what another provider, or another client, answers."""
    of_attempt = (attempt.organization_id, attempt.issuer, attempt.client_id)
    if of_attempt != (provider.organization_id, provider.issuer, provider.client_id):
        raise OpenIdError(Problem.SWITCHED)
    providers = visit.page.providers
    with providers.turn(provider.issuer):
        named = visit.request.query_params.get("iss")
        if named is None and providers.published(provider.issuer).sends_issuer:
            raise OpenIdError(Problem.UNTRUSTED)
        if named is not None and named != provider.issuer:
            raise OpenIdError(Problem.UNTRUSTED)
        if visit.query("error"):
            raise OpenIdError(Problem.DECLINED)
        code = _answer(visit, "code")
        if not code:
            raise OpenIdError(Problem.STALE)
        return claims_for_code(
            code,
            attempt,
            provider=provider,
            secret=_secret(visit, provider),
            redirect_uri=_redirect_uri(visit, provider),
            providers=providers,
            now=visit.now,
        )


def _sign_in(visit: Visit, provider: Provider, claims: Any, *, next_path: str) -> Response:
    """Starts the session. If somebody else is signed in, the page that names both comes first."""
    with visit.transaction_of(provider.organization_id) as connection:
        if not keeps_provider(connection, provider):
            raise OpenIdError(Problem.SWITCHED)
        user = identified_user(connection, provider, claims, now=visit.now)
        own = {"organization_id": user.organization_id, "user_id": user.user_id}
        if visit.signed_in and not user.is_viewer(visit.signed_in):
            token = new_secret()
            store_link(connection, token, **own, made_by=None, now=visit.now, method="openid")
            query = {"token": visit.page.signing.signed(token, purpose="sign-in")}
            if next_path:
                query["next"] = next_path
            return visit.go(f"/sign-in?{urlencode(query)}")
        session = new_secret()
        browser = browser_name(visit.request.headers.get("user-agent", ""))
        start_session(connection, session, **own, browser=browser, now=visit.now)
        record_change(
            connection,
            **own,
            kind="signed_in",
            subject=user.user_id,
            details={"method": "openid"},
        )
        visit.end_session(connection)
    response = visit.go(next_path or "/")
    visit.page.browser_session.start(response, session)
    return response


@contextmanager
def _refusing(provider: Provider, next_path: str) -> Iterator[None]:
    """Shows the page for a sign-in that did not succeed. The log gets no more than why."""
    try:
        yield
    except OpenIdError as error:
        logger.warning(
            "OpenID Connect: nobody was signed in to %s, because %s",
            provider.organization_id,
            error.problem,
        )
        raise could_not_sign_in(error.problem, provider, next_path=next_path) from error


def _provider(visit: Visit) -> Provider:
    organization_id = visit.path("organization_id")
    with visit.transaction_of(organization_id) as connection:
        provider = provider_of(connection, organization_id)
    if provider is None:
        raise not_found()
    return provider


def _secret(visit: Visit, provider: Provider) -> str:
    try:
        return provider.secret(visit.settings.encryption_keys)
    except SecretUnreadable as error:
        raise SettingsError(
            f"ENCRYPTION_KEY cannot read the client secret of {provider.organization_id}. Restore "
            "the key, or run worksights-zoom sign-in-with again."
        ) from error


def _attempts(visit: Visit) -> Attempts:
    cookies = visit.page.browser_session
    return Attempts(visit.settings.encryption_keys, name=cookies.name, is_https=cookies.is_https)


def _redirect_uri(visit: Visit, provider: Provider) -> str:
    return visit.settings.public_url + callback_of(provider.organization_id)


def callback_of(organization_id: str) -> str:
    """Where the provider sends browsers back to; each organization has its own address, so that
    the answer of one provider cannot be taken for another's.
    """
    return f"{start_of(organization_id)}/callback"


def _started(opened: str, provider: Provider) -> str:
    return f"{opened} {provider.organization_id}"


def _answer(visit: Visit, name: str) -> str:
    """A parameter of the provider's answer; empty if it is given twice, or too long."""
    given = visit.request.query_params.getlist(name)
    return given[0] if len(given) == 1 and len(given[0]) <= LONGEST_ANSWER else ""


PAGES = (
    PageRoute(START, show_start, right=Right.ANYONE, shows=Shows.NOBODY),
    PageRoute(f"{START}/start", start, right=Right.ANYONE, shows=Shows.NOBODY),
    PageRoute(f"{START}/callback", come_back, right=Right.ANYONE, shows=Shows.NOBODY),
)
