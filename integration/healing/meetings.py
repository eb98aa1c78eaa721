"""Heals meetings and webinars: lists what each Zoom user hosted, then compares each session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.connections.refused_sources import forget_refusal
from integration.healing.budget import OutOfTime
from integration.healing.days import save_position
from integration.healing.facts import add_landed
from integration.healing.hosts import next_hosts, place_of
from integration.healing.known_sessions import (
    KnownSession,
    add_gaps,
    add_known,
    add_reported,
    drop_known,
    record_compared,
    sessions_to_compare,
)
from integration.healing.work import (
    CHUNK,
    READERS,
    Refused,
    Work,
    concerns_all,
    is_about_the_plan,
    is_final,
    is_refusal,
)
from integration.zoom.errors import AccessLost, PermanentZoomError, ZoomError
from integration.zoom.event_times import UnreadableTime, time
from integration.zoom.events import session_id_of
from integration.zoom.healed_bodies import (
    Row,
    kind_of,
    participant_bodies,
    session_bodies,
)
from integration.zoom.past import participants, past_meeting, past_sessions
from integration.zoom.texts import ID_BYTES, text

WEBINARS = "webinars"
ONE_DAY = timedelta(days=1)
# So many users without a plan or permission show that the account has none: asking for all of
# 5,000 each day would use up the requests of everybody.
REFUSED_USERS = 5 * CHUNK


def heal_meetings(work: Work) -> None:
    """Continues where an earlier run stopped. Raises Refused, OutOfTime, and, at the end, the error
    of the first user or session that has to be read again.
    """
    failure = _list_sessions(work)
    add_reported(work.database, work.task)
    failure = _compare_sessions(work) or failure
    if failure is not None:
        raise failure


def _list_sessions(work: Work) -> ZoomError | None:
    """Returns the error of a user whose sessions have to be listed again."""
    place = place_of(work.task.position)
    after, was_readable = place.start, bool(place.last)
    failure: ZoomError | None = None
    refused: list[str] = []
    while hosts := next_hosts(work, place, after=after):
        answers = work.read_all(hosts, lambda host: _listed(work, host.zoom_user_id))
        errors = {host: each for host, each in answers if isinstance(each, ZoomError | OutOfTime)}
        listed = [
            (host, each) for host, each in answers if not isinstance(each, ZoomError | OutOfTime)
        ]
        after, was_readable = hosts[-1].digest, was_readable or bool(listed)
        failed = [
            host for host, error in errors.items() if is_refusal(error) or not is_final(error)
        ]
        place = place.after(hosts, failed=failed)
        with work.database.transaction():
            for host, each in listed:
                _store_listed(work, host.zoom_user_id, each)
            if was_readable:  # also before an error that ends the run
                save_position(work.database, work.task, str(place))
        refused += [str(error) for error in errors.values() if is_about_the_plan(error)]
        passing = _first_failure(
            work,
            list(errors.values()),
            of=len(hosts),
            are_readable=was_readable or len(refused) < REFUSED_USERS,
        )
        failure = failure or passing
    if refused and failure is None and not was_readable:
        raise Refused(refused[0])
    return failure


def _first_failure(
    work: Work, errors: Sequence[ZoomError | OutOfTime], *, of: int, are_readable: bool
) -> ZoomError | None:
    """The first error of a user or session that has to be read again. One that cannot be read does
    not stop the others. Raises errors that concern all of them: also a plan that does not allow a
    single one.
    """
    passing = [one for one in errors if not is_final(one)]
    for error in errors:
        if is_refusal(error) or (not are_readable and all(map(is_about_the_plan, errors))):
            raise Refused(str(error))
        if concerns_all(error) or len(passing) == of >= READERS:
            raise error
    work.counts["unreadable"] += len(errors) - len(passing)
    return next((one for one in passing if isinstance(one, ZoomError)), None)


def _listed(work: Work, zoom_user_id: str) -> list[Row]:
    """From the day before, because Zoom lists sessions by their start, and until the day after,
    because its days may be those of another time zone.
    """
    first, last = work.task.day - ONE_DAY, work.task.day + ONE_DAY
    return list(past_sessions(work.client, zoom_user_id, first=first, last=last))


def _store_listed(work: Work, zoom_user_id: str, listed: Sequence[Row]) -> None:
    sessions = {}
    for row in listed:
        session = _session_of(work, row)
        if session is None:
            work.counts["unreadable"] += 1
        elif work.is_of_day(session.ended_at) and work.is_kept(session.ended_at):
            sessions[session.session_id] = (session, row)
    add_known(work.database, work.task, [session for session, _ in sessions.values()])
    # Zoom has no request for the details of a past webinar: the list is all that there is.
    webinars = [row for session, row in sessions.values() if session.feature == WEBINARS]
    if webinars:
        add_landed(work.database, work.known, work.task.organization_id, sessions)
        account = work.task.zoom_account_id
        bodies = [
            body
            for row in webinars
            for body in session_bodies(
                "webinar", row, zoom_account_id=account, host_id=zoom_user_id
            )
        ]
        add_gaps(work.database, work.task, list(work.fill(bodies).items()))


def _session_of(work: Work, row: Row) -> KnownSession | None:
    kind, zoom_uuid = kind_of(row), text(row.get("uuid"), longest=ID_BYTES)
    ended_at = _time(row, "end_time", now=work.now)
    if zoom_uuid is None or ended_at is None:
        return None
    return KnownSession(
        session_id=session_id_of(work.task.zoom_account_id, f"{kind}s", zoom_uuid),
        feature=f"{kind}s",
        zoom_uuid=zoom_uuid,
        started_at=_time(row, "start_time", now=work.now),
        ended_at=ended_at,
    )


def _time(row: Row, name: str, *, now: datetime) -> datetime | None:
    try:
        return time(row.get(name), received_at=now)
    except UnreadableTime:
        return None


@dataclass(frozen=True)
class _Reported:
    """What Zoom's REST API reports of one session. `details` are empty if they are not needed."""

    details: dict[str, Any]
    participants: list[Row]


def _compare_sessions(work: Work) -> ZoomError | None:
    """Returns the error of a session that has to be compared again. Raises Refused for webinars
    when everything else has been compared.
    """
    after, failure = "", None
    refused: list[tuple[KnownSession, ZoomError]] = []
    are_readable, are_webinars_readable = False, False
    while found := sessions_to_compare(work.database, work.task, after=after, limit=CHUNK):
        after = found[-1].session_id
        sessions = [one for one in found if work.is_kept(one.ended_at)]
        drop_known(
            work.database, work.task, [one.session_id for one in found if one not in sessions]
        )
        ids = [one.session_id for one in sessions]
        add_landed(work.database, work.known, work.task.organization_id, ids)
        errors: list[tuple[KnownSession, ZoomError | OutOfTime]] = []
        for session, answer in work.read_all(sessions, lambda one: _reported(work, one)):
            is_webinar = session.feature == WEBINARS
            if not isinstance(answer, ZoomError | OutOfTime):
                are_readable = are_readable or not is_webinar
                are_webinars_readable = are_webinars_readable or is_webinar
                with work.database.transaction():
                    _store_reported(work, session, answer)
            elif (
                isinstance(answer, ZoomError)
                and is_webinar
                and (is_refusal(answer) or is_about_the_plan(answer))
            ):
                refused.append((session, answer))
            else:
                errors.append((session, answer))
        passing = _first_failure(
            work, [error for _, error in errors], of=len(sessions), are_readable=are_readable
        )
        failure = failure or passing
        _record_errors(work, errors)
        work.known.forget(ids)
    if are_webinars_readable:
        forget_refusal(
            work.database,
            organization_id=work.task.organization_id,
            zoom_account_id=work.task.zoom_account_id,
            source=WEBINARS,
        )
    # If others are readable, only the hosts of these lack something.
    _record_errors(work, refused, is_tried_again=not are_webinars_readable)
    if refused and failure is None and not are_webinars_readable:
        raise Refused(str(refused[0][1]), source=WEBINARS)
    return failure


def _record_errors(
    work: Work,
    errors: Sequence[tuple[KnownSession, ZoomError | OutOfTime]],
    *,
    is_tried_again: bool = False,
) -> None:
    """A session that Zoom does not know is given up."""
    for session, error in errors:
        is_given_up = is_final(error) and not is_tried_again
        record_compared(
            work.database,
            work.task,
            session,
            gaps=0,
            error=str(error),
            read_at=work.now if is_given_up else None,
        )


def _reported(work: Work, session: KnownSession) -> _Reported:
    is_webinar = session.feature == WEBINARS
    details: dict[str, Any] = {}
    if not is_webinar and not work.known.has(session.session_id, "ended"):
        try:
            details = past_meeting(work.client, session.zoom_uuid)
        except PermanentZoomError as error:
            if is_refusal(error) or isinstance(error, AccessLost):
                raise
    found = participants(work.client, session.zoom_uuid, is_webinar=is_webinar)
    return _Reported(details, list(found))


def _store_reported(work: Work, session: KnownSession, reported: _Reported) -> None:
    account = work.task.zoom_account_id
    bodies = [
        body
        for row in reported.participants
        for body in participant_bodies(
            session.kind, session.zoom_uuid, row, zoom_account_id=account
        )
    ]
    ended_at = _time(reported.details, "end_time", now=work.now)
    if ended_at is not None:
        started_at = _time(reported.details, "start_time", now=work.now)
        session = replace(session, started_at=started_at, ended_at=ended_at)
        details = {**reported.details, "uuid": session.zoom_uuid}
        bodies += session_bodies(session.kind, details, zoom_account_id=account)
    is_later = session.ended_at.astimezone(UTC).date() > work.task.day  # then that day compares it
    gaps = {} if is_later else work.fill(bodies)
    record_compared(
        work.database,
        work.task,
        session,
        gaps=sum(gaps.values()),
        error=None,
        read_at=None if is_later else work.now,
    )
