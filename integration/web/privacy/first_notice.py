"""`/notice`: what the product shows about the person, before their first page (visit.py leads
here), and again when it says something else or the organization chooses to keep or show more.
"""

from urllib.parse import urlencode

from starlette.responses import Response

from integration.directory.rights import Right, who_may
from integration.privacy.settings import PrivacySettings, setting_changes
from integration.sign_in.notices import NOTICE_VERSION, record_notice_seen
from integration.web.page.activity import NOTICE
from integration.web.page.closed_rights import closed_rights
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.privacy.routes import SEEN
from integration.web.privacy_settings.words import label_of, settings_in_words
from integration.web.sign_in.next_page import next_page

VERSION_FIELD = "version"
CHANGES_SHOWN = 20


def show_notice(visit: Visit) -> Response:
    viewer, changes = visit.viewer, []
    if viewer.notice_seen_at:
        with visit.transaction() as connection:
            latest = setting_changes(connection, viewer.organization_id, limit=CHANGES_SHOWN)
        changes = [made for made in latest if made.changed_at > viewer.notice_seen_at]
    return visit.render(
        "privacy/first_notice.html",
        changes=changes,
        settings={setting.name: setting for setting in settings_in_words()},
        label_of=label_of,
        takes_message=False,
        seen=seen_by_roles(visit.privacy),
        version=_version(visit.privacy),
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
    """Records that it was seen. A page that said something else is followed by this one."""
    next_path = next_page(visit.field("next"))
    if visit.field(VERSION_FIELD) != _version(visit.privacy):
        return visit.go(f"{NOTICE}?{urlencode({'next': next_path})}")
    viewer = visit.viewer
    with visit.transaction() as connection:
        record_notice_seen(connection, viewer.user_id, organization_id=viewer.organization_id)
    return visit.go(next_path or "/")


def _version(settings: PrivacySettings) -> str:
    """Of the text, and of what it says about the settings."""
    widened_at = settings.widened_at
    return f"{NOTICE_VERSION} {widened_at.isoformat() if widened_at else ''}".strip()


PAGES = (
    PageRoute(NOTICE, show_notice, right=Right.SIGNED_IN, shows=Shows.NOBODY),
    PageRoute(NOTICE, leave_notice, right=Right.SIGNED_IN, shows=Shows.NOBODY, method="POST"),
)
