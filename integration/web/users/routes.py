"""`/services/zoom/users`: the Zoom users and their mappings, and the page of one Zoom user."""

from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.profiles import profile_with_email, similar_profiles
from integration.directory.rights import Right
from integration.web.page.addresses import back_to
from integration.web.page.listing import ROWS, SEARCH_LIMIT, listing_of
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.mapping_changes import mapping_history
from integration.web.users.mapping_requests import waiting_request
from integration.web.users.zoom_users import (
    SHOWN,
    ZoomUser,
    count_zoom_users,
    zoom_user_of,
    zoom_users_of,
)

PATH = "/services/zoom/users"
PROFILES_SHOWN = 12


def users(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    listing = listing_of(visit, PATH, filters=tuple(SHOWN))
    with visit.transaction() as connection:
        connections = connections_of(connection, organization_id=organization_id)
        counts = count_zoom_users(
            connection, organization_id=organization_id, search=listing.search
        )
        found = zoom_users_of(
            connection,
            organization_id=organization_id,
            search=listing.search,
            show=listing.show,
            by_entries=visit.may(Right.SEE_ACTIVITY_COUNTS),
            limit=ROWS,
            offset=listing.offset,
        )
    return visit.render(
        "users/users.html",
        connections=connections,
        counts=counts,
        listing=listing,
        total=getattr(counts, listing.show),
        users=found,
    )


def user(visit: Visit) -> Response:
    """One Zoom user, with profiles that may be the same person."""
    organization_id = visit.viewer.organization_id
    search = visit.query("q")[:SEARCH_LIMIT]
    with visit.transaction() as connection:
        found = zoom_user_of(
            connection,
            visit.path("zoom_user_id"),
            organization_id=organization_id,
            by_entries=visit.may(Right.SEE_ACTIVITY_COUNTS),
        )
        if found is None:
            raise not_found()
        history = mapping_history(connection, found.zoom_user_id, organization_id=organization_id)
        request = waiting_request(connection, found.zoom_user_id, organization_id=organization_id)
        by_email, profiles = None, []
        if visit.may(Right.CHANGE_SETTINGS):
            by_email = found.email and profile_with_email(
                connection, found.email, organization_id=organization_id
            )
            profiles = similar_profiles(
                connection,
                (search or _known_words(found)).split(),
                organization_id=organization_id,
                limit=PROFILES_SHOWN,
            )
    return visit.render(
        "users/zoom_user.html",
        user=found,
        history=history,
        mapping_request=request,
        by_email=by_email,
        profiles=[one for one in profiles if one.user_id != found.user_id],
        search=search,
        list_address=back_to(PATH, visit.query("back")),
    )


def _known_words(user: ZoomUser) -> str:
    """Words that a profile of the same person may contain: the name and the email's local part."""
    local_part = (user.email or "").partition("@")[0]
    return f"{user.display_name or ''} {local_part.replace('.', ' ')}"


PAGES = (
    PageRoute(PATH, users, right=Right.SEE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(PATH + "/{zoom_user_id}", user, right=Right.SEE_SETTINGS, shows=Shows.NOBODY),
)
