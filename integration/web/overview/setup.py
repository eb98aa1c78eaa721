"""What a person does in the first hour besides mapping: close the review, check the address."""

from datetime import UTC, datetime

from starlette.responses import Response

from integration.directory.rights import Right
from integration.quantities import noun, quantity
from integration.web.overview.address_check import explained
from integration.web.overview.numbers import count_people
from integration.web.overview.reviews import leave_unmapped
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.endpoint_check import check_endpoint

OVERVIEW = "/services/zoom/overview"


def webhook_address(visit: Visit) -> str:
    """The address that the event subscription in the Zoom Marketplace must have."""
    return f"{visit.settings.public_url}/webhooks/zoom"


def leave_rest_unmapped(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        count = count_people(connection, organization_id=organization_id).unreviewed
        leave_unmapped(
            connection, organization_id=organization_id, reviewed_by=visit.viewer.user_id
        )
        visit.record_change(connection, "mapping_reviewed", subject=organization_id)
        left = (
            f"{quantity(count, 'Zoom user')} {noun(count, 'stays', 'stay')} unmapped."
            if visit.may(Right.SEE_ACTIVITY_COUNTS)
            else "The rest stay unmapped."
        )
        visit.show_next(
            connection, f"The mapping is reviewed. {left} You can map them on the Users page later."
        )
    return visit.go(OVERVIEW)


def check_address(visit: Visit) -> Response:
    address = webhook_address(visit)
    secret, _ = visit.settings.webhook_secrets[0]
    found = check_endpoint(address, secret=secret, now=datetime.now(UTC))
    text, is_good = explained(address, found)
    with visit.transaction() as connection:
        visit.show_next(connection, text, tone="good" if is_good else "warn")
    return visit.go(OVERVIEW)


PAGES = (
    PageRoute(
        OVERVIEW + "/reviewed",
        leave_rest_unmapped,
        right=Right.CHANGE_SETTINGS,
        shows=Shows.NOBODY,
        method="POST",
    ),
    PageRoute(
        OVERVIEW + "/check-address",
        check_address,
        right=Right.CHANGE_SETTINGS,
        shows=Shows.NOBODY,
        method="POST",
    ),
)
