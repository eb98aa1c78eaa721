"""`/services`: the list of available services; this product provides Zoom."""

from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.web.page.visit import PageRoute, Shows, Visit


def services(visit: Visit) -> Response:
    with visit.transaction() as connection:
        connections = connections_of(connection, organization_id=visit.viewer.organization_id)
    return visit.render(
        "services/services.html",
        connections=[one for one in connections if one.disconnected_at is None],
    )


PAGES = (PageRoute("/services", services, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY),)
