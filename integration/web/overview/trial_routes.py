"""`/services/zoom/overview/test-meeting`: follows a meeting from Zoom to the viewer's timeline."""

from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.explain.outcomes import OUTCOMES
from integration.pipeline.arrivals import batches_of_installation
from integration.web.overview.setup import OVERVIEW, webhook_address
from integration.web.overview.trial import TestMeeting, latest_test_meeting, start_test_meeting
from integration.web.page.visit import PageRoute, Shows, Visit

PATH = OVERVIEW + "/test-meeting"
LIVE_SECONDS = 5


def test_meeting(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        in_use = [
            one
            for one in connections_of(connection, organization_id=organization_id)
            if one.disconnected_at is None
        ]
        found = latest_test_meeting(
            connection,
            [one.zoom_account_id for one in in_use],
            organization_id=organization_id,
            user_id=visit.viewer.user_id,
            now=visit.now,
        )
        batches = batches_of_installation(connection)
    return visit.render(
        "overview/test_meeting.html",
        takes_message=visit.request.headers.get("sec-fetch-mode", "navigate") == "navigate",
        connections=in_use,
        found=found,
        batches=batches,
        outcomes=OUTCOMES,
        webhook_address=webhook_address(visit),
        says=_said(found),
        live=LIVE_SECONDS if found and found.is_followed(visit.now) else None,
    )


def _said(found: TestMeeting | None) -> str:
    """What a screen reader says when it has changed."""
    if found is None or found.first is None:
        return ""
    if found.is_finished:
        return "The meeting is on your timeline"
    return "The end has arrived" if found.ending else "A webhook has arrived"


def start(visit: Visit) -> Response:
    with visit.transaction() as connection:
        start_test_meeting(
            connection,
            organization_id=visit.viewer.organization_id,
            user_id=visit.viewer.user_id,
        )
    return visit.go(PATH)


PAGES = (
    PageRoute(PATH, test_meeting, right=Right.SEE_CONNECTIONS, shows=Shows.VIEWER),
    PageRoute(
        PATH + "/start", start, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY, method="POST"
    ),
)
