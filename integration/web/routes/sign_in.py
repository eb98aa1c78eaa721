"""`/sign-in` from a one-time link, and `/sign-out`."""

import re

from starlette.responses import Response

from integration.signing import new_secret
from integration.store.sign_in import end_session, forget_expired, use_link
from integration.web.access import Right
from integration.web.refusals import Refusal
from integration.web.visit import PageRoute, Visit

# Programs that fetch a link to show what is behind it. They must not use it up.
PREVIEWERS = re.compile(
    r"bot\b|crawler|spider|preview|slack|whatsapp|facebookexternalhit|telegram|linkedin|discord"
    r"|skype|teams|outlook|safelinks|barracuda|proofpoint|mimecast",
    re.IGNORECASE,
)


def open_link(visit: Visit) -> Response:
    """Signs in; a program that only looks gets a page with a button instead."""
    token = visit.query("token")
    if visit.page.signing.verified(token, purpose="sign-in") is None:
        raise _unusable()
    if _only_looks(visit):
        return visit.render("sign_in.html", token=token)
    return _sign_in(visit, token)


def press_button(visit: Visit) -> Response:
    return _sign_in(visit, visit.field("token"))


def sign_out(visit: Visit) -> Response:
    with visit.transaction() as connection:
        end_session(connection, visit.session or "")
    response = visit.go("/signed-out")
    visit.page.browser_session.end(response)
    return response


def signed_out(visit: Visit) -> Response:
    return visit.render("signed_out.html")


def _sign_in(visit: Visit, signed_token: str) -> Response:
    """A new session each time; the one that this browser had ends."""
    token = visit.page.signing.verified(signed_token, purpose="sign-in")
    if token is None:
        raise _unusable()
    session = new_secret()
    with visit.transaction() as connection:
        forget_expired(connection, now=visit.now)
        if use_link(connection, token, session=session, now=visit.now) is None:
            raise _unusable()
        if visit.session:
            end_session(connection, visit.session)
    response = visit.go("/")
    visit.page.browser_session.start(response, session)
    return response


def _only_looks(visit: Visit) -> bool:
    headers = visit.request.headers
    purpose = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return (
        visit.request.method == "HEAD"
        or "prefetch" in purpose
        or PREVIEWERS.search(headers.get("user-agent", "")) is not None
    )


def _unusable() -> Refusal:
    return Refusal(
        401,
        title="This sign-in link cannot be used",
        text="A link signs in once and for ten minutes. This one was used, has expired, or is cut.",
        next_step=(
            "Ask your WorkSights administrator for a new one: "
            "worksights-zoom sign-in-link --user YOUR-EMAIL"
        ),
        step=None,
    )


PAGES = (
    PageRoute("/sign-in", open_link, right=Right.ANYBODY),
    PageRoute("/sign-in", press_button, right=Right.ANYBODY, method="POST"),
    PageRoute("/sign-out", sign_out, right=Right.SIGNED_IN, method="POST"),
    PageRoute("/signed-out", signed_out, right=Right.ANYBODY),
)
