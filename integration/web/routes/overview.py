"""`/services/zoom/overview`: how the integration is, and where an authorization ends."""

from starlette.responses import Response

from integration.store.audit_trail import latest_changes
from integration.store.connection_list import connections_of, is_worth_watching
from integration.store.overview import overview_of
from integration.web.access import Right
from integration.web.visit import PageRoute, Visit

CHANGES_SHOWN = 10


def overview(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        connections = connections_of(connection, organization_id=organization_id)
        figures = overview_of(connection, organization_id=organization_id)
        changes = latest_changes(connection, organization_id=organization_id, limit=CHANGES_SHOWN)
    return visit.render(
        "overview.html",
        connections=[one for one in connections if one.disconnected_at is None],
        figures=figures,
        changes=changes,
        looks_again=is_worth_watching(connections, now=visit.now),
    )


PAGES = (PageRoute("/services/zoom/overview", overview, right=Right.SEE_CONNECTIONS),)
