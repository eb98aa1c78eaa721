"""`/services/zoom/features`: the features of the organization and of its users."""

from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.features.subscribers import (
    SHOWN,
    count_subscribers,
    last_processed,
    subscribers_of,
)
from integration.web.features.switches import features_on
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.visit import PageRoute, Visit

PATH = "/services/zoom/features"


def features(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    listing = listing_of(visit, PATH, filters=tuple(SHOWN))
    with visit.transaction() as connection:
        connections = connections_of(connection, organization_id=organization_id)
        is_on = features_on(connection, organization_id=organization_id, user_id=None, at=visit.now)
        counts = count_subscribers(
            connection, organization_id=organization_id, search=listing.search
        )
        found = subscribers_of(
            connection,
            organization_id=organization_id,
            search=listing.search,
            show=listing.show,
            limit=ROWS,
            offset=listing.offset,
        )
        listed = [] if visit.privacy.shows_groups_only else [one.user_id for one in found]
        latest = last_processed(connection, listed, organization_id=organization_id)
        visit.record(connection, Act.LAST_ENTRIES, users={user_id for user_id, _ in latest})
    return visit.render(
        "features/features.html",
        connections=connections,
        is_on=is_on,
        listing=listing,
        counts=counts,
        total=getattr(counts, listing.show),
        subscribers=found,
        latest=latest,
    )


PAGES = (PageRoute(PATH, features, right=Right.SEE_SETTINGS, shows=Act.LAST_ENTRIES),)
