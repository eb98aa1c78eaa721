"""`/services/zoom/users`: the Zoom users and their mappings, and the page of one Zoom user."""

from dataclasses import replace
from typing import Any

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.profiles import profile_with_email, similar_profiles
from integration.directory.rights import Right
from integration.web.page.addresses import back_to
from integration.web.page.listing import ROWS, SEARCH_LIMIT, Listing, listing_of
from integration.web.page.refusals import not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.addresses import PATH
from integration.web.users.bulk.asked import entered_in
from integration.web.users.bulk.choices import MOST_CHOICES
from integration.web.users.bulk.profiles import namesakes_of, profiles_offered
from integration.web.users.bulk.reasons import reason_in_words
from integration.web.users.bulk.without import users_without
from integration.web.users.bulk.worklist import WORK, count_work, counts_of, work_rows
from integration.web.users.candidates import candidates_of
from integration.web.users.mapping_changes import mapping_history
from integration.web.users.mapping_requests import waiting_request
from integration.web.users.zoom_users import (
    SHOWN,
    ZoomUser,
    count_zoom_users,
    zoom_user_of,
    zoom_users_of,
)

PROFILES_SHOWN = 12
WITHOUT = "without"  # the filter of WorkSights users without a Zoom user


def users(visit: Visit) -> Response:
    listing = listing_of(visit, PATH, filters=(*SHOWN, *WORK, WITHOUT))
    if listing.show in WORK and not visit.may(Right.CHANGE_SETTINGS):
        listing = replace(listing, show="unmapped")
    is_work = listing.show in WORK and visit.may(Right.CHANGE_SETTINGS)
    organization_id, search = visit.viewer.organization_id, listing.search
    ticked, typed = entered_in(visit)
    with visit.transaction() as connection:
        around = {
            "connections": connections_of(connection, organization_id=organization_id),
            "counts": count_zoom_users(connection, organization_id=organization_id, search=search),
            "listing": listing,
            "work": None,
            "ticked": visit.query("tick"),
            "entered": ticked,
            "typed": typed,
        }
        if listing.show == WITHOUT:
            return _without(visit, connection, listing, around)
        return (_work if is_work else _list)(visit, connection, listing, around)


def _list(
    visit: Visit, connection: psycopg.Connection, listing: Listing, around: dict[str, Any]
) -> Response:
    found = zoom_users_of(
        connection,
        organization_id=visit.viewer.organization_id,
        search=listing.search,
        show=listing.show,
        by_entries=visit.may(Right.SEE_ACTIVITY_COUNTS),
        limit=ROWS,
        offset=listing.offset,
    )
    total = getattr(around["counts"], listing.show)
    return visit.render("users/users.html", **around, users=found, total=total)


def _work(
    visit: Visit, connection: psycopg.Connection, listing: Listing, around: dict[str, Any]
) -> Response:
    """The work list: those that are not mapped, with suggestions."""
    organization_id = visit.viewer.organization_id
    found = work_rows(
        connection,
        organization_id=organization_id,
        search=listing.search,
        show=listing.show,
        by_entries=visit.may(Right.SEE_ACTIVITY_COUNTS),
        limit=ROWS,
        offset=listing.offset,
    )
    work = counts_of(found) or count_work(
        connection, organization_id=organization_id, search=listing.search
    )
    profiles = profiles_offered(
        connection, [one.display_name for one in found], organization_id=organization_id
    )
    offered = {one.user_id: one for one in profiles}
    namesakes = namesakes_of(
        connection,
        [one.display_name for one in found if one.reason == "several"],
        organization_id=organization_id,
    )
    return visit.render(
        "users/bulk/worklist.html",
        **{**around, "work": work},
        users=found,
        total=getattr(work, listing.show),
        profiles=profiles,
        namesakes={
            name: [offered[one] for one in user_ids]
            for name, user_ids in namesakes.items()
            if offered.keys() >= set(user_ids)
        },
        reason_in_words=reason_in_words,
        most=MOST_CHOICES,
    )


def _without(
    visit: Visit, connection: psycopg.Connection, listing: Listing, around: dict[str, Any]
) -> Response:
    found = users_without(
        connection,
        organization_id=visit.viewer.organization_id,
        search=listing.search,
        limit=ROWS,
        offset=listing.offset,
    )
    total = found[0].total if found else 0
    return visit.render("users/bulk/without.html", **around, users=found, total=total)


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
            similar = similar_profiles(
                connection,
                (search or _known_words(found)).split(),
                organization_id=organization_id,
                limit=PROFILES_SHOWN,
            )
            profiles = candidates_of(connection, similar, organization_id=organization_id)
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
