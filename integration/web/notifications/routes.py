"""`/services/zoom/notifications`: who was notified of which problem, and a test message."""

from datetime import timedelta

import psycopg
from starlette.responses import Response

from integration.database import rows
from integration.directory.rights import Right, in_words
from integration.notify.channels import Channels, channels_of
from integration.notify.outbox import failing_channels, put_out
from integration.notify.recipients import ADMINS
from integration.quantities import quantity
from integration.web.notifications.listed import messages_about, problems_of, tests_of
from integration.web.page.listing import ROWS, listing_of
from integration.web.page.visit import PageRoute, Shows, Visit

PATH = "/services/zoom/notifications"
TESTS, TESTS_WITHIN = 3, timedelta(minutes=10)  # of an organization, by all of its people


def notifications(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    listing = listing_of(visit, PATH, filters=())
    with visit.transaction() as connection:
        problems = problems_of(
            connection,
            organization_id=organization_id,
            limit=ROWS + 1,  # one more shows that there is another page
            offset=listing.offset,
        )
        shown = problems[:ROWS]
        messages = messages_about(connection, shown, organization_id=organization_id)
        tests = tests_of(connection, organization_id=organization_id)
        failing = failing_channels(connection, now=visit.now, organization_id=organization_id)
    return visit.render(
        "notifications/notifications.html",
        listing=listing,
        problems=shown,
        messages=messages,
        tests=tests,
        failing=failing,
        channels=channels_of(visit.settings).names,
        roles=in_words(ADMINS),
        has_next=len(problems) > ROWS,
    )


def send_test(visit: Visit) -> Response:
    """A mail to the viewer and a webhook, as far as these channels are set."""
    channels = channels_of(visit.settings)
    with visit.transaction() as connection:
        if not channels.names:
            text = "No message was sent: neither email nor webhooks are set up."
            visit.show_next(connection, text, tone="warn")
        elif _sent_lately(connection, visit) >= TESTS * len(channels.names):
            minutes = quantity(int(TESTS_WITHIN.total_seconds()) // 60, "minute")
            text = f"No message was sent: there were {TESTS} tests in the last {minutes}."
            visit.show_next(connection, f"{text} Try again later.", tone="warn")
        else:
            _put_out(connection, visit, channels)
            visit.show_next(connection, "The test message is being sent. Its state is below.")
    if visit.page.notifier:
        visit.page.notifier.wake()
    return visit.go(PATH)


def _sent_lately(connection: psycopg.Connection, visit: Visit) -> int:
    """How many test messages the organization asked for; others who ask now wait."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
        [f"test message of {visit.viewer.organization_id}"],
    )
    return rows.scalar(
        connection,
        int,
        """
        select count(*) from integration.notifications
        where organization_id = %s and cause_id is null and created_at > %s
        """,
        [visit.viewer.organization_id, visit.now - TESTS_WITHIN],
    )


def _put_out(connection: psycopg.Connection, visit: Visit, channels: Channels) -> None:
    for channel in channels.names:
        put_out(
            connection,
            channel,
            cause_id=None,
            organization_id=visit.viewer.organization_id,
            user_id=visit.viewer.user_id if channel == "mail" else None,
            now=visit.now,
        )


PAGES = (
    PageRoute(PATH, notifications, right=Right.SEE_CONNECTIONS, shows=Shows.NOBODY),
    PageRoute(
        PATH + "/test",
        send_test,
        right=Right.SEE_CONNECTIONS,
        shows=Shows.NOBODY,
        method="POST",
    ),
)
