"""`/sign-in` with a one-time link, and `/sign-out`.

Opening a link with GET changes nothing, because mail scanners open links, too. The button on that
page signs in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import psycopg
from starlette.responses import Response

from integration.database.audit_trail import record_change
from integration.database.own_organization import limit_to
from integration.directory.rights import Right
from integration.sign_in.browsers import browser_name
from integration.sign_in.openid.addresses import host_of
from integration.sign_in.openid.providers import provider_of
from integration.sign_in.sessions import Invitee, invitee_of, organization_of_link, use_link
from integration.sign_in.signing import new_secret
from integration.web.page.browser_session import CSRF_FIELD
from integration.web.page.refusals import (
    HOW_TO_SIGN_IN,
    START,
    Refusal,
    link_to_sign_in,
    start_of,
)
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.sign_in.mailed_links import how_to_sign_in
from integration.web.sign_in.next_page import next_page

INSTEAD_OF_FIELD = "instead_of"


def open_link(visit: Visit) -> Response:
    """Shows the user that the link signs in, and a button. Without a link, how to get one."""
    next_path = next_page(visit.query("next"))
    if not visit.query("token"):
        return how_to_sign_in(visit, next_path=next_path)
    token = _verified(visit, visit.query("token"))
    with _transaction_of_link(visit, token) as connection:
        invited = invitee_of(connection, token, now=visit.now)
    if invited is None:
        raise _unusable(visit)
    return _confirmation_page(
        visit, invited, signed_token=visit.query("token"), next_path=next_path
    )


def confirm_sign_in(visit: Visit) -> Response:
    """Signs in, once. Replaces another user only if the page with the button named both users."""
    cookies = visit.page.browser_session
    opened = cookies.read_opened(visit.request)
    if opened is None or not cookies.accepts_form(
        visit.request, session=opened, token=visit.field(CSRF_FIELD)
    ):
        raise _form_refused()
    token = _verified(visit, visit.field("token"))
    next_path = next_page(visit.field("next"))
    session = new_secret()
    with _transaction_of_link(visit, token) as connection:
        invited = invitee_of(connection, token, now=visit.now)
        if invited is None:
            raise _unusable(visit)
        if not _may_replace(visit, invited):
            return _confirmation_page(
                visit, invited, signed_token=visit.field("token"), next_path=next_path
            )
        browser = browser_name(visit.request.headers.get("user-agent", ""))
        if use_link(connection, token, session=session, browser=browser, now=visit.now) is None:
            raise _unusable(visit)  # another request has just used the link
        record_change(
            connection,
            organization_id=invited.organization_id,
            user_id=invited.user_id,
            kind="signed_in",
            subject=invited.user_id,
            details={} if invited.method == "link" else {"method": invited.method},
            via_link_of=invited.link_made_by,
        )
        visit.end_session(connection)
    response = visit.go(next_path or "/")
    cookies.start(response, session)
    return response


def sign_out(visit: Visit) -> Response:
    with visit.transaction() as connection:
        visit.end_session(connection)
        visit.record_change(connection, "signed_out", subject=visit.viewer.user_id)
    of = {"organization": visit.viewer.organization_id} if visit.viewer.method == "openid" else {}
    response = visit.go(f"/signed-out?{urlencode(of)}" if of else "/signed-out")
    visit.page.browser_session.end(response)
    return response


def signed_out(visit: Visit) -> Response:
    """With the way back for those who sign in at a provider, where they are still signed in."""
    organization_id = visit.query("organization")
    with visit.transaction_of(organization_id) as connection:
        provider = provider_of(connection, organization_id)
    return visit.render(
        "sign_in/signed_out.html",
        host=host_of(provider.issuer) if provider else None,
        way_back=start_of(provider.organization_id) if provider else None,
    )


@contextmanager
def _transaction_of_link(visit: Visit, token: str) -> Iterator[psycopg.Connection]:
    """A transaction in the organization that the link signs in to; the refusal if there is no such
    link.
    """
    with visit.page.pool.connection() as connection:
        organization_id = organization_of_link(connection, token)
        if organization_id is None:
            raise _unusable(visit)
        limit_to(connection, organization_id)
        yield connection


def _confirmation_page(
    visit: Visit, invited: Invitee, *, signed_token: str, next_path: str
) -> Response:
    """The page with the button. Its form is valid only in this browser, because its token belongs
    to the browser's cookie. A second link in another tab shares the cookie.
    """
    cookies = visit.page.browser_session
    opened = cookies.read_opened(visit.request) or new_secret()
    response = visit.render(
        "sign_in/sign_in.html",
        takes_message=False,
        invited=invited,
        is_switch=_is_other_user(visit, invited),
        token=signed_token,
        next_path=next_path,
        form_token=cookies.csrf_token(opened),
    )
    cookies.remember_opened(response, opened)
    return response


def _is_other_user(visit: Visit, invited: Invitee) -> bool:
    """Whether a user other than the link's is signed in."""
    return visit.signed_in is not None and not invited.is_viewer(visit.signed_in)


def _may_replace(visit: Visit, invited: Invitee) -> bool:
    """Whether the signed-in user may be replaced. If they signed in after the page was shown, the
    page did not name them, so they must not be.
    """
    return not _is_other_user(visit, invited) or visit.page.browser_session.accepts_form(
        visit.request, session=visit.session or "", token=visit.field(INSTEAD_OF_FIELD)
    )


def _verified(visit: Visit, signed_token: str) -> str:
    token = visit.page.signing.verified(signed_token, purpose="sign-in")
    if token is None:
        raise _unusable(visit)
    return token


def _unusable(visit: Visit) -> Refusal:
    """The refusal for a link that does not work. A signed-in viewer has probably just used it and
    gone back.
    """
    if visit.signed_in:
        return Refusal(
            401,
            title="This sign-in link does not work",
            text=f"You are already signed in as {visit.viewer.full_name}.",
            next_step=(
                "A link works once and expires after 10 minutes. You can continue without it."
            ),
            link=START,
        )
    return Refusal(
        401,
        title="This sign-in link does not work",
        text=(
            "A link works once and expires after 10 minutes. This one was already used, has "
            "expired or is incomplete."
        ),
        next_step=(
            "Ask for a new link by email."
            if visit.page.mails
            else "Ask the team that runs WorkSights for a new link."
        ),
        link=link_to_sign_in(next_page(visit.query("next") or visit.field("next"))),
    )


def _form_refused() -> Refusal:
    return Refusal(
        403,
        title="You were not signed in",
        text=(
            "The form does not belong to a sign-in link that this browser opened in the last "
            "10 minutes. Nothing was changed, and the link was not used."
        ),
        next_step=(
            "Open the link again and select its button. If this happens again, allow cookies for "
            "this site."
        ),
        link=HOW_TO_SIGN_IN,
    )


PAGES = (
    PageRoute("/sign-in", open_link, right=Right.ANYONE, shows=Shows.NOBODY),
    PageRoute("/sign-in", confirm_sign_in, right=Right.ANYONE, shows=Shows.NOBODY, method="POST"),
    PageRoute("/sign-out", sign_out, right=Right.SIGNED_IN, shows=Shows.NOBODY, method="POST"),
    PageRoute("/signed-out", signed_out, right=Right.ANYONE, shows=Shows.NOBODY),
)
