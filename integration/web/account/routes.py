"""`/`, which leads to where a viewer begins, and `/account`: who they are and what they may."""

from starlette.responses import Response

from integration.web.page.navigation import start_page
from integration.web.page.rights import RIGHTS, Right
from integration.web.page.visit import PageRoute, Visit


def start(visit: Visit) -> Response:
    return visit.go(start_page(visit))


def account(visit: Visit) -> Response:
    unsaid = (Right.ANYBODY, Right.SIGNED_IN)
    rights = [
        right.as_yours
        for right in Right
        if right in RIGHTS[visit.viewer.role] and right not in unsaid
    ]
    return visit.render("account/account.html", rights=rights)


PAGES = (
    PageRoute("/", start, right=Right.SIGNED_IN),
    PageRoute("/account", account, right=Right.SIGNED_IN),
)
