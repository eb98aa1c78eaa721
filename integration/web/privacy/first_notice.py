"""`/notice`: what the product shows about its reader, once before their first page (visit.py leads
here), and again when it says something else.
"""

from urllib.parse import urlencode

from starlette.responses import Response

from integration.directory.rights import Right, who_may
from integration.privacy.settings import PrivacySettings
from integration.sign_in.notices import NOTICE_VERSION, record_notice_seen
from integration.web.page.closed_rights import closed_rights
from integration.web.page.visit import NOTICE, PageRoute, Shows, Visit
from integration.web.privacy.routes import SEEN
from integration.web.sign_in.next_page import next_page

VERSION_FIELD = "version"


def show_notice(visit: Visit) -> Response:
    return visit.render(
        "privacy/first_notice.html",
        takes_message=False,
        seen=seen_by_roles(visit.privacy),
        version=NOTICE_VERSION,
        next_path=next_page(visit.query("next")),
    )


def seen_by_roles(settings: PrivacySettings) -> dict[str, list[str]]:
    """The roles, in words -> what exactly these see of other people, by these settings."""
    seen: dict[str, list[str]] = {}
    for right, what in SEEN.items():
        if right not in closed_rights(settings):
            seen.setdefault(who_may(right), []).append(what)
    return seen


def leave_notice(visit: Visit) -> Response:
    """Records that it was seen. A page with another version of the text is followed by this one."""
    next_path = next_page(visit.field("next"))
    if visit.field(VERSION_FIELD) != str(NOTICE_VERSION):
        return visit.go(f"{NOTICE}?{urlencode({'next': next_path})}")
    viewer = visit.viewer
    with visit.transaction() as connection:
        record_notice_seen(connection, viewer.user_id, organization_id=viewer.organization_id)
    return visit.go(next_path or "/")


PAGES = (
    PageRoute(NOTICE, show_notice, right=Right.SIGNED_IN, shows=Shows.NOBODY),
    PageRoute(NOTICE, leave_notice, right=Right.SIGNED_IN, shows=Shows.NOBODY, method="POST"),
)
