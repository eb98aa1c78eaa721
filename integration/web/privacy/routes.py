"""`/privacy/{organization_id}`: what is held about people, for everybody, without a sign-in."""

import psycopg
from starlette.responses import Response

from integration.database import rows
from integration.directory.rights import Right
from integration.privacy.settings import privacy_settings
from integration.web.page.closed_rights import closed_rights
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.privacy.held import held

PATH = "/privacy/{organization_id}"
# What a role may see of other people, in the order of how much it says.
SEEN = {
    Right.SEE_EVERY_TIMELINE: "your day and week, the people you meet and for how long, including "
    "in lists and files with your colleagues",
    Right.SEE_CLIENTS: "the companies that you and your colleagues meet",
    Right.SEE_EVERY_TOPIC: "the topics of your sessions",
    Right.SEE_EVERY_OUTCOME: "your sessions, and why each one does or does not have an entry",
    Right.SEE_REPORTS: "the day and week of everyone who reports to them, directly or through "
    "others, the people they meet and for how long, including in lists and files, and why each "
    "session does or does not have an entry",
    Right.SEE_TOPICS_OF_REPORTS: "the topics of these sessions",
    Right.SEE_ACTIVITY_COUNTS: "how many sessions a settings change affects",
    Right.SEE_SETTINGS: "your Zoom user, its mapping, and which features are on for you",
}
# What whoever has SEE_EVERY_TIMELINE sees anyway.
OF_REPORTS = (Right.SEE_REPORTS, Right.SEE_TOPICS_OF_REPORTS)


def notice(visit: Visit) -> Response:
    organization_id = visit.path("organization_id")
    with visit.transaction_of(organization_id) as connection:
        name = _name_of(connection, organization_id)
        privacy = privacy_settings(connection, organization_id)
    settings = visit.settings
    return visit.render(
        "privacy/notice.html",
        organization=name,
        held=list(held(privacy)),
        seen={right: what for right, what in SEEN.items() if right not in closed_rights(privacy)},
        privacy=privacy,
        quarantine_days=settings.quarantine_days,
        erase_after_days=settings.erase_after_days,
        contact=settings.get("PRIVACY_CONTACT"),
    )


def _name_of(connection: psycopg.Connection, organization_id: str) -> str:
    """The organization's name; raises "page not found" if there is none."""
    found = rows.maybe_scalar(
        connection,
        str,
        "select name from worksights.organizations where organization_id = %s",
        [organization_id],
    )
    if found is None:
        raise not_found()
    return found


PAGES = (PageRoute(PATH, notice, right=Right.ANYONE, shows=Shows.NOBODY),)
