"""`/account/sessions/…`: people end their own sessions, one or all others."""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.sign_in.own_sessions import (
    OwnSession,
    end_other_sessions,
    end_own_session,
    own_sessions,
)
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit

PLACE = "/account#sessions"
LONGEST_NUMBER = 18  # digits of a number that the database can have


def sessions_of(visit: Visit) -> list[OwnSession]:
    """The viewer's own."""
    with visit.transaction() as connection:
        return own_sessions(
            connection,
            visit.viewer.user_id,
            organization_id=visit.viewer.organization_id,
            session=visit.session or "",
            now=visit.now,
        )


def end_one(visit: Visit) -> Response:
    number, viewer = visit.field("session"), visit.viewer
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER):
        raise not_found()
    with visit.transaction() as connection:
        if not end_own_session(
            connection,
            int(number),
            user_id=viewer.user_id,
            organization_id=viewer.organization_id,
        ):
            raise not_found()
        visit.record_change(connection, "session_ended", subject=viewer.user_id)
        visit.show_next(connection, "That browser is signed out.")
    return visit.go(PLACE)


def end_others(visit: Visit) -> Response:
    viewer = visit.viewer
    with visit.transaction() as connection:
        end_other_sessions(
            connection,
            visit.session or "",
            user_id=viewer.user_id,
            organization_id=viewer.organization_id,
        )
        visit.record_change(connection, "other_sessions_ended", subject=viewer.user_id)
        visit.show_next(
            connection,
            "All other browsers are signed out. Unused sign-in links no longer work.",
        )
    return visit.go(PLACE)


PAGES = tuple(
    PageRoute(path, handler, right=Right.SIGNED_IN, shows=Shows.VIEWER, method="POST")
    for path, handler in (
        ("/account/sessions/end", end_one),
        ("/account/sessions/end-others", end_others),
    )
)
