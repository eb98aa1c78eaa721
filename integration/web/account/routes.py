"""`/` redirects to the viewer's start page; `/account` shows the viewer's details and rights,
where they are signed in, the mappings requested for or from them, what is held about them, who may
see it, and who did.
"""

from starlette.responses import Response

from integration.directory.reports import manager_of
from integration.directory.rights import Right
from integration.privacy.access_log import WORDS, accesses_to
from integration.privacy.erasure_requests import open_request
from integration.web.account.digest import digest_of
from integration.web.account.held_about import held_about, seers_of
from integration.web.account.pausing import pausing_of
from integration.web.account.sessions import sessions_of
from integration.web.page.navigation import start_page
from integration.web.page.time_zone import zone_of
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.mapping_requests import requests_about

REQUESTS_SHOWN = 20
ACCESSES_SHOWN = 50


def start(visit: Visit) -> Response:
    return visit.go(start_page(visit))


def account(visit: Visit) -> Response:
    not_listed = (Right.ANYONE, Right.SIGNED_IN)
    rights = [
        right.second_person for right in Right if visit.may(right) and right not in not_listed
    ]
    viewer = visit.viewer
    with visit.transaction() as connection:
        requests = requests_about(
            connection,
            viewer.user_id,
            organization_id=viewer.organization_id,
            limit=REQUESTS_SHOWN,
        )
        accesses = accesses_to(
            connection,
            viewer.user_id,
            organization_id=viewer.organization_id,
            zone=zone_of(viewer.time_zone).key,
            limit=ACCESSES_SHOWN,
        )
        manager = manager_of(connection, viewer.user_id, organization_id=viewer.organization_id)
        pausing = pausing_of(visit, connection)
        digest = digest_of(visit, connection)
        held, seers = held_about(visit, connection), seers_of(visit, connection)
        request = open_request(connection, viewer.user_id, organization_id=viewer.organization_id)
    return visit.render(
        "account/account.html",
        manager=manager,
        sessions=sessions_of(visit),
        pausing=pausing,
        digest=digest,
        held=held,
        seers=seers,
        erasure_request=request,
        rights=rights,
        requests=requests,
        accesses=accesses,
        accesses_shown=ACCESSES_SHOWN,
        words=WORDS,
    )


PAGES = (
    PageRoute("/", start, right=Right.SIGNED_IN, shows=Shows.NOBODY),
    PageRoute("/account", account, right=Right.SIGNED_IN, shows=Shows.VIEWER),
)
