"""`/missing`: why a session has no entry. Shows each outcome, and what never appears."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.explain.appearances import SessionSummary, explained_users, find_sessions
from integration.explain.explanation import (
    NEVER_THERE,
    Step,
    first_failure,
    steps_of,
    steps_of_participant,
)
from integration.explain.outcomes import OUTCOMES, Page
from integration.pipeline.failed_sessions import FailedSession, failed_since, list_failed_sessions
from integration.pipeline.marts import marts_exist
from integration.pipeline.status import latest_batch
from integration.privacy.access_log import Act
from integration.web.missing.ledger import deliveries_without_effect
from integration.web.missing.search import SessionRow, Visibility, find_row, find_rows
from integration.web.missing.search_form import MAX_DAYS, PATH, MissingSearch, search_of
from integration.web.page.addresses import back_to
from integration.web.page.navigation import is_open
from integration.web.page.reach import reach_of
from integration.web.page.refusals import Link, not_found
from integration.web.page.time_zone import zone_of, zoned
from integration.web.page.visit import PageRoute, Visit

ROWS = 50
FAILED_SHOWN = 20
LINKS: dict[Page, Link] = {
    "users": Link("Open Users", "/services/zoom/users"),
    "features": Link("Open Features", "/services/zoom/features"),
    "connections": Link("Open Connections", "/services/zoom/connections"),
}

# Who can take the next step on that page.
RIGHTS_NEEDED: dict[Page, Right] = {
    "users": Right.CHANGE_SETTINGS,
    "features": Right.CHANGE_SETTINGS,
    "connections": Right.CONNECT,
}


def search(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    rows: list[SessionRow] = []
    unfinished: list[tuple[SessionSummary, Step | None]] = []
    failed: dict[str, datetime] = {}
    failed_sessions: list[FailedSession] = []
    with visit.transaction() as connection:
        sight = visibility_of(connection, visit)
        asked = search_of(visit, sight)
        connections = connections_of(connection, organization_id=organization_id)
        batch = latest_batch(connection)
        criteria, without_effect = asked.criteria, {}
        if marts_exist(connection) and not asked.wrong:
            offset = (asked.number - 1) * ROWS
            rows = find_rows(connection, sight, criteria, limit=ROWS + 1, offset=offset)
            failed = failed_since(
                connection, [row.session_id for row in rows], organization_id=organization_id
            )
            if sight.sees_everyone:
                failed_sessions = list_failed_sessions(
                    connection,
                    limit=FAILED_SHOWN + 1,
                    organization_id=organization_id,
                    with_topics=sight.sees_every_topic,
                )
                without_effect = deliveries_without_effect(
                    connection,
                    organization_id=organization_id,
                    start=criteria.start,
                    end=criteria.end,
                )
                unfinished = _unfinished(connection, visit, asked)
        _record(visit, connection, rows[:ROWS])
    zone = zone_of(visit.viewer.time_zone)
    return visit.render(
        "missing/missing.html",
        status=400 if asked.wrong else 200,
        longest=MAX_DAYS,
        asked=asked,
        sight=sight,
        connections=connections,
        batch=batch,
        never_there=NEVER_THERE,
        outcomes=OUTCOMES,
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
    """All steps of one participant."""
    with visit.transaction() as connection:
        sight = visibility_of(connection, visit)
        if not marts_exist(connection):
            raise not_found()
        row = find_row(
            connection,
            sight,
            session_id=visit.path("session_id"),
            participant_id=visit.path("participant_id"),
        )
        if row is None:
            raise not_found()
        _record(visit, connection, [row])
        (session,) = find_sessions(
            connection, organization_id=visit.viewer.organization_id, name=row.session_id
        )
        failed = failed_since(
            connection, [row.session_id], organization_id=visit.viewer.organization_id
        )
    return visit.render(
        "missing/missing_one.html",
        list_address=back_to(PATH, visit.query("back")),
        row=row,
        steps=steps_of(
            session,
            [row],
            failed_at=failed.get(row.session_id),
            zone=zone_of(visit.viewer.time_zone),
        ),
        outcomes=OUTCOMES,
        rights=RIGHTS_NEEDED,
        link_of=link_of,
    )


def link_of(visit: Visit, step: Step | None, row: SessionRow | None = None) -> Link | None:
    """A link to where the viewer can fix the step; None if they cannot or may not."""
    if step is None or step.page is None or not is_open(visit, LINKS[step.page].href):
        return None
    if step.page == "users" and row and row.zoom_user_id:
        return Link("Open Zoom user", f"{LINKS['users'].href}/{row.zoom_user_id}")
    return LINKS[step.page]


def _unfinished(
    connection: psycopg.Connection, visit: Visit, asked: MissingSearch
) -> list[tuple[SessionSummary, Step | None]]:
    """The sessions with the requested meeting number that have not ended, and the step they are
    waiting for. Their participants are known only after the end.
    """
    if not asked.meeting:
        return []
    found = find_sessions(
        connection, organization_id=visit.viewer.organization_id, name=asked.criteria.name
    )
    zone = zone_of(visit.viewer.time_zone)
    return [
        (session, first_failure(steps_of(session, [], zone=zone)))
        for session in found
        if session.ended_at is None
    ]


def _record(visit: Visit, connection: psycopg.Connection, rows: Sequence[SessionRow]) -> None:
    others = [row for row in rows if not row.is_own]
    days = [zoned(row.session_ended_at, visit.viewer.time_zone).date() for row in others]
    visit.record(
        connection,
        Act.OUTCOMES,
        users=[row.user_id for row in others],
        persons=[row.person_id for row in others],
        days=(min(days), max(days)) if days else None,
    )


def visibility_of(connection: psycopg.Connection, visit: Visit) -> Visibility:
    """What the visit's viewer may see."""
    (user,) = explained_users(
        connection, email=visit.viewer.email, organization_id=visit.viewer.organization_id
    )
    reach = reach_of(connection, visit, everybody=Right.SEE_EVERY_OUTCOME)
    return Visibility(
        viewer=user,
        sees_everyone=reach.everybody,
        reports=reach.reports,
        sees_topics_of_reports=visit.may(Right.SEE_TOPICS_OF_REPORTS),
        sees_every_topic=visit.may(Right.SEE_EVERY_TOPIC),
        sees_guests=visit.may(Right.SEE_EVERY_TIMELINE),
    )


PAGES = (
    PageRoute(PATH, search, right=Right.SEE_OWN, shows=Act.OUTCOMES),
    PageRoute(
        PATH + "/{session_id}/{participant_id}", one, right=Right.SEE_OWN, shows=Act.OUTCOMES
    ),
)
