"""`/services/zoom/overview`: problems, key figures, and the latest changes of settings."""

from starlette.responses import Response

from integration.connections.listed import connections_of, is_worth_watching
from integration.directory.rights import Right
from integration.pipeline.addresses.identity_facts import configured_facts, rules_of
from integration.pipeline.arrivals import arrivals_of, batches_of_installation
from integration.pipeline.cleaned_texts import unreadable_settings
from integration.pipeline.failed_sessions import failures_by_organization
from integration.pipeline.job_states import AUDIT_JOB, state_of_job
from integration.pipeline.status import delay_to_entries
from integration.privacy.erasure_requests import requests_due
from integration.web.changes.audit_trail import latest_changes
from integration.web.overview.attention import (
    FAILED,
    needs_of_audit,
    needs_of_batches,
    needs_of_connections,
    needs_of_deliveries,
    needs_of_erasures,
    needs_of_failures,
    needs_of_identity,
    needs_of_people,
    needs_of_requests,
)
from integration.web.overview.numbers import count_people
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.mapping_requests import count_waiting

PATH = "/services/zoom/overview"
CHANGES_SHOWN = 10


def overview(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        listed = connections_of(connection, organization_id=organization_id)
        connections = [one for one in listed if one.disconnected_at is None]
        accounts = [one.zoom_account_id for one in connections]
        people = count_people(connection, organization_id=organization_id)
        arrivals = arrivals_of(connection, accounts, now=visit.now)
        batches = batches_of_installation(connection)
        audit = state_of_job(connection, AUDIT_JOB)
        failures = failures_by_organization(connection, organization_id=organization_id)
        delay = delay_to_entries(connection, now=visit.now, organization_id=organization_id)
        identity = configured_facts(connection, organization_id=organization_id)
        unreadable = unreadable_settings(connection, organization_id)
        changes = latest_changes(connection, organization_id=organization_id, limit=CHANGES_SHOWN)
        requests = count_waiting(connection, organization_id=organization_id)
        may_act = visit.may(Right.CHANGE_SETTINGS)
        erasures = requests_due(connection, organization_id=organization_id) if may_act else []
    sees_counts = visit.may(Right.SEE_ACTIVITY_COUNTS)
    needs = [
        *needs_of_connections(
            connections,
            arrivals,
            now=visit.now,
            webhooks=f"{visit.settings.public_url}/webhooks/zoom",
        ),
        *needs_of_batches(batches, connections, arrivals, now=visit.now),
        *needs_of_audit(audit),
        *needs_of_failures(
            failures,
            sees_counts=sees_counts,
            link=FAILED if visit.may(Right.SEE_EVERY_OUTCOME) else None,
        ),
        *needs_of_deliveries(arrivals, sees_counts=sees_counts),
        *needs_of_people(people, sees_counts=sees_counts),
        *needs_of_requests(requests),
        *needs_of_identity(rules_of(identity).problems, unreadable),
    ]
    return visit.render(
        "overview/overview.html",
        connections=connections,
        people=people,
        arrivals={one.zoom_account_id: one for one in arrivals},
        batches=batches,
        delay=delay,
        needs=[*needs_of_erasures(erasures), *(needs if connections else [])],
        changes=changes,
        auto_refresh=is_worth_watching(connections, now=visit.now),
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
