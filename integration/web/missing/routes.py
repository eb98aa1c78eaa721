"""`/missing`: why is it missing? What can never be there, and the outcome of each session."""

from datetime import datetime

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.explain.appearances import SessionSummary, explained_users, find_sessions
from integration.explain.explanation import (
    NEVER_THERE,
    OUTCOME_NAMES,
    Step,
    Tab,
    first_failure,
    steps_of,
    steps_of_participant,
)
from integration.pipeline.failed_sessions import FailedSession, failed_since, list_failed_sessions
from integration.pipeline.marts import marts_exist
from integration.pipeline.status import latest_batch
from integration.web.missing.ledger import deliveries_without_effect
from integration.web.missing.search import PATH, MissingSearch, search_of
from integration.web.missing.sessions import Shown, Sight, missing, shown_one
from integration.web.page.navigation import is_open
from integration.web.page.refusals import Step as Link
from integration.web.page.refusals import not_found
from integration.web.page.rights import Right
from integration.web.page.time_zone import zone_of
from integration.web.page.visit import PageRoute, Visit

ROWS = 50
FAILED_SHOWN = 20
TABS: dict[Tab, Link] = {
    "users": Link("Open Users", "/services/zoom/users"),
    "features": Link("Open Features", "/services/zoom/features"),
    "connections": Link("Open Connections", "/services/zoom/connections"),
}


def search(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    rows: list[Shown] = []
    unfinished: list[tuple[SessionSummary, Step | None]] = []
    failed: dict[str, datetime] = {}
    failed_sessions: list[FailedSession] = []
    with visit.transaction() as connection:
        sight = _sight(connection, visit)
        asked = search_of(visit, sight)
        connections = connections_of(connection, organization_id=organization_id)
        batch = latest_batch(connection)
        wanted, without_effect = asked.wanted, {}
        if marts_exist(connection):
            offset = (asked.number - 1) * ROWS
            rows = missing(connection, sight, wanted, limit=ROWS + 1, offset=offset)
            failed = failed_since(
                connection, [row.session_id for row in rows], organization_id=organization_id
            )
            if sight.sees_everybody:
                failed_sessions = list_failed_sessions(
                    connection,
                    limit=FAILED_SHOWN + 1,
                    organization_id=organization_id,
                    with_topics=sight.sees_every_topic,
                )
                without_effect = deliveries_without_effect(
                    connection, organization_id=organization_id, begin=wanted.begin, end=wanted.end
                )
                unfinished = _unfinished(connection, visit, asked)
    zone = zone_of(visit.viewer.time_zone)
    return visit.render(
        "missing/missing.html",
        asked=asked,
        sight=sight,
        connections=connections,
        batch=batch,
        never_there=NEVER_THERE,
        outcomes=OUTCOME_NAMES,
        rows=[
            (
                row,
                first_failure(steps_of_participant(row, zone=zone)),
                failed.get(row.session_id),
            )
            for row in rows[:ROWS]
        ],
        failed_sessions=failed_sessions[:FAILED_SHOWN],
        has_more_failed=len(failed_sessions) > FAILED_SHOWN,
        has_next=len(rows) > ROWS,
        unfinished=unfinished,
        without_effect=without_effect,
        link_of=link_of,
    )


def one(visit: Visit) -> Response:
    """The whole way of one participant, step by step."""
    with visit.transaction() as connection:
        sight = _sight(connection, visit)
        if not marts_exist(connection):
            raise not_found()
        row = shown_one(
            connection,
            sight,
            session_id=visit.path("session_id"),
            participant_id=visit.path("participant_id"),
        )
        if row is None:
            raise not_found()
        (told,) = find_sessions(
            connection, organization_id=visit.viewer.organization_id, name=row.session_id
        )
        failed = failed_since(
            connection, [row.session_id], organization_id=visit.viewer.organization_id
        )
    return visit.render(
        "missing/missing_one.html",
        row=row,
        steps=steps_of(
            told,
            [row],
            failed_at=failed.get(row.session_id),
            zone=zone_of(visit.viewer.time_zone),
        ),
        outcomes=OUTCOME_NAMES,
        link_of=link_of,
    )


def link_of(visit: Visit, step: Step | None, row: Shown | None = None) -> Link | None:
    """Where the viewer can fix it; None where nothing does, or where they may not."""
    if step is None or step.tab is None or not is_open(visit, TABS[step.tab].href):
        return None
    if step.tab == "users" and row and row.zoom_user_id:
        return Link("Open Zoom user", f"{TABS['users'].href}/{row.zoom_user_id}")
    return TABS[step.tab]


def _unfinished(
    connection: psycopg.Connection, visit: Visit, asked: MissingSearch
) -> list[tuple[SessionSummary, Step | None]]:
    """Sessions of the number that was searched for and that have not ended, with what they wait
    for. Who is in them is not known before.
    """
    if not asked.meeting:
        return []
    found = find_sessions(
        connection, organization_id=visit.viewer.organization_id, name=asked.wanted.name
    )
    zone = zone_of(visit.viewer.time_zone)
    return [
        (told, first_failure(steps_of(told, [], zone=zone)))
        for told in found
        if told.ended_at is None
    ]


def _sight(connection: psycopg.Connection, visit: Visit) -> Sight:
    (person,) = explained_users(
        connection, email=visit.viewer.email, organization_id=visit.viewer.organization_id
    )
    return Sight(
        person=person,
        sees_everybody=visit.may(Right.SEE_EVERY_OUTCOME),
        sees_every_topic=visit.may(Right.SEE_EVERY_TOPIC),
    )


PAGES = (
    PageRoute(PATH, search, right=Right.SEE_OWN),
    PageRoute(PATH + "/{session_id}/{participant_id}", one, right=Right.SEE_OWN),
)
