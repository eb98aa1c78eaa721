"""`/missing`: why sessions are not on timelines, by cause or row by row, and what never appears."""

from collections.abc import Sequence
from datetime import datetime

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.rights import Right
from integration.explain.appearances import SessionSummary, explained_users, find_sessions
from integration.explain.causes import CAUSES
from integration.explain.explanation import (
    NEVER_THERE,
    Step,
    first_failure,
    steps_of,
    steps_of_participant,
)
from integration.explain.outcomes import OUTCOMES
from integration.pipeline.failed_sessions import FailedSession, failed_since, list_failed_sessions
from integration.pipeline.status import latest_batch
from integration.privacy.access_log import Act
from integration.web.missing.causes import Group, OfPerson, count_entries, groups_of
from integration.web.missing.fixes import (
    RIGHTS_NEEDED,
    fix_of,
    fix_of_person,
    link_of,
    may_fix,
)
from integration.web.missing.ledger import deliveries_without_effect
from integration.web.missing.phone import reasons_without_calls
from integration.web.missing.search import SessionRow, find_row, find_rows
from integration.web.missing.search_form import (
    ALL,
    MAX_DAYS,
    MISSING,
    PATH,
    MissingSearch,
    search_of,
)
from integration.web.missing.seen import Visibility, outcomes_exist
from integration.web.page.addresses import back_to
from integration.web.page.freshness import freshness_of
from integration.web.page.listing import ROWS
from integration.web.page.reach import reach_of
from integration.web.page.refusals import not_found
from integration.web.page.time_zone import zone_of, zoned
from integration.web.page.visit import PageRoute, Visit

FAILED_SHOWN = 20
Chip = tuple[str, str, int]  # an outcome of SHOWN, its name, how many


def search(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    rows: list[SessionRow] = []
    groups: list[Group] = []
    unfinished: list[tuple[SessionSummary, Step | None]] = []
    failed: dict[str, datetime] = {}
    failed_sessions: list[FailedSession] = []
    entries, without_effect, without_calls = 0, {}, []
    with visit.transaction() as connection:
        sight = visibility_of(connection, visit)
        asked = search_of(visit, sight)
        connections = connections_of(connection, organization_id=organization_id)
        batch = latest_batch(connection)
        freshness = freshness_of(visit, connection)
        criteria, is_ready = asked.criteria, outcomes_exist(connection)
        if is_ready and not asked.wrong:
            groups = groups_of(connection, sight, criteria)
            entries = count_entries(connection, sight, criteria)
            without_calls = reasons_without_calls(connection, sight, asked)
            if not asked.is_by_cause:
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
        if asked.is_by_cause:
            _record_people(visit, connection, [one for group in groups for one in group.shown])
        else:
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
        freshness=freshness,
        is_ready=is_ready,
        never_there=NEVER_THERE,
        outcomes=OUTCOMES,
        causes=CAUSES,
        rights=RIGHTS_NEEDED,
        groups=groups,
        entries=entries,
        missing_count=sum(group.count for group in groups),
        fixable_count=sum(group.count for group in groups if group.cause.fix),
        chips=_chips(asked, groups, entries),
        without_calls=without_calls,
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
        fix_of=fix_of,
        fix_of_person=fix_of_person,
        may_fix=may_fix,
    )


def _chips(asked: MissingSearch, groups: Sequence[Group], entries: int) -> list[Chip]:
    """How many there are of each outcome. Those without any are left out, except the shown one."""
    counts = dict.fromkeys(CAUSES, 0)
    for group in groups:
        counts[group.cause.key] += group.count
    missing = sum(counts.values())
    return [
        (MISSING, "Missing", missing),
        *(
            (key, CAUSES[key].name, count)
            for key, count in counts.items()
            if count or key == asked.outcome
        ),
        ("activity", OUTCOMES["activity"].name, entries),
        (ALL, "All", missing + entries),
    ]


def one(visit: Visit) -> Response:
    """All steps of one participant."""
    with visit.transaction() as connection:
        sight = visibility_of(connection, visit)
        if not outcomes_exist(connection):
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
        freshness = freshness_of(visit, connection)
    return visit.render(
        "missing/missing_one.html",
        list_address=back_to(PATH, visit.query("back")),
        freshness=freshness,
        row=row,
        steps=steps_of(
            session,
            [row],
            failed_at=failed.get(row.session_id),
            zone=zone_of(visit.viewer.time_zone),
            dates=visit.dates,
        ),
        outcomes=OUTCOMES,
        rights=RIGHTS_NEEDED,
        link_of=link_of,
    )


def _unfinished(
    connection: psycopg.Connection, visit: Visit, asked: MissingSearch
) -> list[tuple[SessionSummary, Step | None]]:
    """The sessions with the requested meeting ID that have not ended, and the step they are
    waiting for. Their participants are known only after the end.
    """
    if not asked.meeting:
        return []
    found = find_sessions(
        connection, organization_id=visit.viewer.organization_id, name=asked.criteria.name
    )
    zone = zone_of(visit.viewer.time_zone)
    return [
        (session, first_failure(steps_of(session, [], zone=zone, dates=visit.dates)))
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


def _record_people(
    visit: Visit, connection: psycopg.Connection, people: Sequence[OfPerson]
) -> None:
    others = [one for one in people if not one.is_own]
    days = [
        zoned(moment, visit.viewer.time_zone).date()
        for one in others
        for moment in (one.first, one.last)
    ]
    visit.record(
        connection,
        Act.OUTCOMES,
        users=[one.user_id for one in others],
        persons=[one.person_id for one in others],
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
