"""`/services/zoom/features`: the features of the organization and of its users."""

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.features.place import PATH
from integration.web.features.selection import MOST_TICKED, ManyAsked
from integration.web.features.subscribers import (
    SHOWN,
    LastEntries,
    last_processed,
    subscribers_of,
)
from integration.web.features.switches import features_on
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.visit import PageRoute, Visit


def features(visit: Visit) -> Response:
    return show_features(visit)


def show_features(visit: Visit, *, asked: ManyAsked | None = None, problem: str = "") -> Response:
    """The page; with `problem`, it says what is wrong with the form for several people, which has
    what was entered.
    """
    organization_id = visit.viewer.organization_id
    listing = listing_of(visit, PATH, filters=tuple(SHOWN))
    with visit.transaction() as connection:
        connections = connections_of(connection, organization_id=organization_id)
        is_on = features_on(connection, organization_id=organization_id, user_id=None, at=visit.now)
        found = subscribers_of(
            connection,
            organization_id=organization_id,
            search=listing.search,
            show=listing.show,
            limit=ROWS,
            offset=listing.offset,
        )
        latest = last_entries(visit, connection, [one.user_id for one in found.page])
    return visit.render(
        "features/features.html",
        status=400 if problem else 200,
        asked=asked or ManyAsked(),
        problem=problem,
        most=MOST_TICKED,
        connections=connections,
        is_on=is_on,
        listing=listing,
        counts=found.counts,
        total=found.counts[listing.show],
        subscribers=found.page,
        latest=latest,
    )


def last_entries(
    visit: Visit, connection: psycopg.Connection, user_ids: list[str]
) -> LastEntries | None:
    """When the latest entries of these users ended; None if the viewer may not see it."""
    latest: LastEntries | None = None
    if visit.may(Right.SEE_ACTIVITY_COUNTS) and not visit.privacy.shows_groups_only:
        latest = last_processed(connection, user_ids, organization_id=visit.viewer.organization_id)
    visit.record(connection, Act.LAST_ENTRIES, users={user_id for user_id, _ in latest or ()})
    return latest


PAGES = (PageRoute(PATH, features, right=Right.SEE_SETTINGS, shows=Act.LAST_ENTRIES),)
