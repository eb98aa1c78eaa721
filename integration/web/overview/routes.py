"""`/services/zoom/overview`: problems, key figures, and the latest changes to settings."""

from starlette.responses import Response

from integration.causes.open import open_causes, state_of
from integration.causes.people import Unmapped
from integration.connections.listed import is_worth_watching
from integration.directory.rights import Right
from integration.pipeline.addresses.identity_facts import configured_facts, rules_of
from integration.pipeline.cleaned_texts import unreadable_settings
from integration.pipeline.status import delay_to_entries
from integration.privacy.erasure_requests import requests_due
from integration.web.changes.audit_trail import latest_changes
from integration.web.overview.attention import (
    needs_of_causes,
    needs_of_erasures,
    needs_of_identity,
    needs_of_requests,
)
from integration.web.overview.checklist import checklist_of
from integration.web.overview.numbers import count_people
from integration.web.overview.reviews import latest_review
from integration.web.overview.setup import OVERVIEW as PATH
from integration.web.overview.setup import webhook_address
from integration.web.page.freshness import freshness_of
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.mapping_requests import count_waiting

CHANGES_SHOWN = 10
# How often the page looks again: while users are imported, and while the first hour lasts.
LIVE_SECONDS, PATIENT_SECONDS = 5, 15


def overview(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        people = count_people(connection, organization_id=organization_id)
        state = state_of(connection, organization_id=organization_id, now=visit.now)
        causes = open_causes(
            connection,
            state,
            Unmapped(people.unreviewed, people.waiting, people.entries_waiting),
            organization_id=organization_id,
            now=visit.now,
        )
        freshness = freshness_of(visit, connection)
        checklist = checklist_of(connection, state.in_use, people, organization_id=organization_id)
        review = latest_review(connection, organization_id=organization_id)
        delay = delay_to_entries(connection, now=visit.now, organization_id=organization_id)
        identity = configured_facts(connection, organization_id=organization_id)
        unreadable = unreadable_settings(connection, organization_id)
        changes = latest_changes(connection, organization_id=organization_id, limit=CHANGES_SHOWN)
        requests = count_waiting(connection, organization_id=organization_id)
        may_act = visit.may(Right.CHANGE_SETTINGS)
        erasures = requests_due(connection, organization_id=organization_id) if may_act else []
    connections = state.in_use
    if checklist:
        causes = [one for one in causes if not checklist.covers(one.name)]
    live = PATIENT_SECONDS if checklist else None
    if is_worth_watching(connections, now=visit.now):
        live = LIVE_SECONDS
    needs = [*needs_of_erasures(erasures, visit), *needs_of_causes(causes, visit)]
    if connections:
        needs += needs_of_requests(requests)
        needs += needs_of_identity(rules_of(identity).problems, unreadable)
    return visit.render(
        "overview/overview.html",
        takes_message=visit.request.headers.get("sec-fetch-mode", "navigate") == "navigate",
        listed=state.connections,
        connections=connections,
        checklist=checklist,
        review=review,
        webhook_address=webhook_address(visit),
        people=people,
        arrivals={one.zoom_account_id: one for one in state.arrivals},
        freshness=freshness,
        delay=delay,
        needs=needs,
        changes=changes,
        live=live,
    )


def changes(visit: Visit) -> Response:
    """All changes, in pages."""
    listing = listing_of(visit, PATH + "/changes", filters=())
    with visit.transaction() as connection:
        found = latest_changes(
            connection,
            organization_id=visit.viewer.organization_id,
            limit=ROWS + 1,  # one more shows that there is another page
            offset=listing.offset,
        )
    return visit.render(
        "overview/changes.html", listing=listing, changes=found[:ROWS], has_next=len(found) > ROWS
    )


PAGES = (
    PageRoute(PATH, overview, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY),
    PageRoute(PATH + "/changes", changes, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY),
)
