"""`/services`: the services of the organization; Zoom is the one that is here."""

from starlette.responses import Response

from integration.store.connection_list import connections_of
from integration.web.access import Right
from integration.web.visit import PageRoute, Visit


def services(visit: Visit) -> Response:
    with visit.transaction() as connection:
        connections = connections_of(connection, organization_id=visit.viewer.organization_id)
    return visit.render(
        "services.html", connections=[one for one in connections if one.disconnected_at is None]
    )


PAGES = (PageRoute("/services", services, right=Right.SEE_CONNECTIONS),)
