"""`/` redirects to the viewer's start page; `/account` shows the viewer's details and rights, and
the mappings requested for or from them.
"""

from starlette.responses import Response

from integration.directory.rights import RIGHTS, Right
from integration.web.page.navigation import start_page
from integration.web.page.visit import PageRoute, Visit
from integration.web.users.mapping_requests import requests_about

REQUESTS_SHOWN = 20


def start(visit: Visit) -> Response:
    return visit.go(start_page(visit))


def account(visit: Visit) -> Response:
    not_listed = (Right.ANYONE, Right.SIGNED_IN)
    rights = [
        right.second_person
        for right in Right
        if right in RIGHTS[visit.viewer.role] and right not in not_listed
    ]
    with visit.transaction() as connection:
        requests = requests_about(
            connection,
            visit.viewer.user_id,
            organization_id=visit.viewer.organization_id,
            limit=REQUESTS_SHOWN,
        )
    return visit.render("account/account.html", rights=rights, requests=requests)


PAGES = (
    PageRoute("/", start, right=Right.SIGNED_IN),
    PageRoute("/account", account, right=Right.SIGNED_IN),
)
