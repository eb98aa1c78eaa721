"""`/account/digest`: whether the viewer gets the Monday digest; `/digest/stop`: the link in it,
which works without signing in.

As with a sign-in link, opening the address changes nothing, because mail scanners open it, too. A
program for mail that shows a button of its own sends the form (RFC 8058), without a browser's
headers.
"""

from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.database.own_organization import limit_to
from integration.directory.rights import Right, may
from integration.notify.digest_subscriptions import (
    organization_of_subscription,
    set_digest,
    stop_digest,
    wants_digest,
)
from integration.web.page.refusals import Refusal, bad_form, link_to_sign_in
from integration.web.page.visit import PageRoute, Shows, Visit


@dataclass(frozen=True)
class Digest:
    is_offered: bool
    is_on: bool
    is_about_everybody: bool


def digest_of(visit: Visit, connection: psycopg.Connection) -> Digest:
    """The viewer's. It is offered to those who may see a team's week, where mails can be sent."""
    viewer = visit.viewer
    return Digest(
        is_offered=visit.may(Right.SEE_TEAM) and visit.page.mails is not None,
        is_on=wants_digest(connection, viewer.user_id, organization_id=viewer.organization_id),
        is_about_everybody=may(viewer.role, Right.SEE_EVERY_TIMELINE),
    )


def change_digest(visit: Visit) -> Response:
    to = visit.field("to")
    if to not in ("on", "off"):
        raise bad_form("The form does not say whether you want the digest.")
    viewer = visit.viewer
    with visit.transaction() as connection:
        set_digest(
            connection,
            viewer.user_id,
            organization_id=viewer.organization_id,
            is_on=to == "on",
            now=visit.now,
        )
        text = (
            "You will now get the Monday digest."
            if to == "on"
            else "You no longer get the Monday digest."
        )
        visit.show_next(connection, text)
    return visit.go("/account")


def open_stop(visit: Visit) -> Response:
    _subscription(visit, visit.query("token"))
    return visit.render("account/stop_digest.html", takes_message=False, is_stopped=False)


def stop(visit: Visit) -> Response:
    subscription = _subscription(visit, visit.field("token") or visit.query("token"))
    with visit.page.pool.connection() as connection:
        organization_id = organization_of_subscription(connection, subscription)
        if organization_id is not None:
            limit_to(connection, organization_id)
            stop_digest(connection, subscription, now=visit.now)
    return visit.render("account/stop_digest.html", takes_message=False, is_stopped=True)


def _subscription(visit: Visit, token: str) -> int:
    number = visit.page.signing.verified(token, purpose="digest")
    if number is None:
        raise Refusal(
            400,
            title="This link does not work",
            text="It is incomplete or too old.",
            next_step="Sign in, and stop the Monday digest on your account page.",
            link=link_to_sign_in("/account"),
        )
    return int(number)


PAGES = (
    PageRoute(
        "/account/digest", change_digest, right=Right.SEE_TEAM, shows=Shows.VIEWER, method="POST"
    ),
    PageRoute("/digest/stop", open_stop, right=Right.ANYONE, shows=Shows.NOBODY),
    PageRoute("/digest/stop", stop, right=Right.ANYONE, shows=Shows.NOBODY, method="POST"),
)
