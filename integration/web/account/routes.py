"""`/` redirects to the viewer's start page; `/account` shows the viewer's details and rights."""

from starlette.responses import Response

from integration.directory.rights import RIGHTS, Right
from integration.web.page.navigation import start_page
from integration.web.page.visit import PageRoute, Visit


def start(visit: Visit) -> Response:
    return visit.go(start_page(visit))


def account(visit: Visit) -> Response:
    not_listed = (Right.ANYONE, Right.SIGNED_IN)
    rights = [
        right.second_person
        for right in Right
        if right in RIGHTS[visit.viewer.role] and right not in not_listed
    ]
    return visit.render("account/account.html", rights=rights)


PAGES = (
    PageRoute("/", start, right=Right.SIGNED_IN),
    PageRoute("/account", account, right=Right.SIGNED_IN),
)
