"""Sources of healing that Zoom refuses: what a lost webhook reported cannot be found there."""

from collections.abc import Sequence

import psycopg

from integration.causes.cause import OpenCause, Reader, Words
from integration.causes.connections import CONNECTIONS
from integration.connections.listed import ListedConnection
from integration.connections.refused_sources import (
    OF_THE_APP,
    RefusedSource,
    refused_sources,
)
from integration.connections.reported import Reported
from integration.zoom.sources import FEATURES_OF, MEETINGS, PHONE, WEBINARS

REFUSED, LOG_REFUSED = "sources_refused", "webhook_log_refused"
WHAT_IT_LISTS = {
    MEETINGS: "past meetings and webinars",
    WEBINARS: "the participants of past webinars",
    PHONE: "past calls",
}


def needed(refused: Sequence[RefusedSource], accounts: Sequence[Reported]) -> list[RefusedSource]:
    """Those of features in use: nobody misses what is switched off, or what the account has no
    longer.
    """
    in_use = {one.zoom_account_id: set(one.features) for one in accounts}
    return [
        one
        for one in refused
        if in_use.get(one.zoom_account_id, set()).intersection(FEATURES_OF[one.source])
    ]


def causes_of_refused(
    refused: Sequence[RefusedSource], connections: Sequence[ListedConnection]
) -> list[OpenCause]:
    """One per connection in use, whatever the number of its sources."""
    found = []
    for one in connections:
        of_it = [each for each in refused if each.zoom_account_id == one.zoom_account_id]
        if of_it:
            facts = {
                "account": one.name,
                "sources": [each.source for each in of_it],
                "reasons": list(dict.fromkeys(each.reason for each in of_it)),
            }
            found.append(OpenCause(REFUSED, one.connection_id, of_it[0].refused_at, facts=facts))
    return found


def causes_of_log(connection: psycopg.Connection) -> list[OpenCause]:
    return [
        OpenCause(LOG_REFUSED, since=one.refused_at, facts={"reason": one.reason})
        for one in refused_sources(connection, organization_id=OF_THE_APP)
    ]


def sources_refused(one: OpenCause, _reader: Reader) -> Words:
    names = [WHAT_IT_LISTS[source] for source in one.facts["sources"]]
    return Words(
        f"Zoom does not list {' or '.join(names)} of Zoom account {one.facts['account']}",
        " ".join(one.facts["reasons"]),
        "If a webhook of Zoom is lost, the session that it reported is missing or incomplete.",
        CONNECTIONS,
    )


def webhook_log_refused(one: OpenCause, _reader: Reader) -> Words:
    return Words(
        "Zoom does not let the app read its log of webhooks that could not be delivered",
        f"{one.facts['reason']} To do without this log, remove ZOOM_APP_ID from the settings; the "
        "next run of healing then ends this problem.",
        "What failed webhooks reported is added only as far as Zoom's other lists contain it.",
    )
