"""`/account/erasure`: people ask to be erased, or withdraw the request."""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.privacy.erasure_requests import ask_for_erasure, withdraw_request
from integration.web.page.refusals import bad_form
from integration.web.page.visit import PageRoute, Shows, Visit

ASKED = "Your request is recorded. You can withdraw it until it is done."
WITHDRAWN = "Your request is withdrawn. Nothing was erased."


def erasure(visit: Visit) -> Response:
    to, viewer = visit.field("to"), visit.viewer
    if to not in ("on", "off"):
        raise bad_form("Choose whether to ask for erasure.")
    change = ask_for_erasure if to == "on" else withdraw_request
    with visit.transaction() as connection:
        if change(connection, viewer.user_id, organization_id=viewer.organization_id):
            visit.record_change(
                connection,
                "erasure_requested" if to == "on" else "erasure_withdrawn",
                subject=viewer.user_id,
            )
            visit.show_next(connection, ASKED if to == "on" else WITHDRAWN)
    return visit.go("/account#erasure")


PAGES = (
    PageRoute(
        "/account/erasure", erasure, right=Right.SIGNED_IN, shows=Shows.VIEWER, method="POST"
    ),
)
