"""Heals meetings and webinars: lists what each Zoom user hosted, then compares each session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.connections.refused_sources import forget_refusal, record_refusal
from integration.database import rows
from integration.healing.days import save_position
from integration.healing.facts import add_landed
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


def heal_meetings(work: Work) -> None:
    """Continues where an earlier run stopped. Raises Refused, OutOfTime, and, at the end, the error
    of the first user or session that has to be read again.
    """
    failure = _list_sessions(work)
    with work.storing():
        add_reported(work.database, work.task)
    failure = _compare_sessions(work) or failure
    if failure is not None:
        raise failure


@dataclass(frozen=True)
class _User:
    zoom_user_id: str
    position: str


def _list_sessions(work: Work) -> ZoomError | None:
    """Returns the error of a user whose sessions have to be listed again, with those of all."""
    position, was_readable = work.task.position, bool(work.task.position)
    failure: ZoomError | None = None
    while users := _next_users(work, position):
        answers = work.read_all(
            [one.zoom_user_id for one in users], lambda zoom_user_id: _listed(work, zoom_user_id)
        )
        hosted = [(user, each) for user, each in answers if not isinstance(each, ZoomError)]
        with work.storing():
            for zoom_user_id, listed in hosted:
                _store_listed(work, zoom_user_id, listed)
        was_readable = was_readable or bool(hosted)
        errors = [each for _, each in answers if isinstance(each, ZoomError)]
        failure = _first_failure(work, errors, of=len(users), before=failure)
        if not was_readable and all(is_about_the_plan(one) for one in errors):
            raise Refused(str(errors[0]))
        position = users[-1].position
        save_position(work.database, work.task, position)
    if failure is not None:
        save_position(work.database, work.task, "")
    return failure


def _first_failure(
    work: Work, errors: Sequence[ZoomError], *, of: int, before: ZoomError | None
) -> ZoomError | None:
    """One user or session that cannot be read does not stop the others. Raises errors that concern
    all of them.
    """
    passing = [one for one in errors if not is_final(one)]
    for error in errors:
        if is_refusal(error):
            raise Refused(str(error))
        if concerns_all(error) or len(passing) == of:
            raise error
    work.counts["unreadable"] += len(errors) - len(passing)
    return before or next(iter(passing), None)


def _next_users(work: Work, position: str) -> list[_User]:
    """The account's users, in the order of a digest, which names none of them."""
    return rows.every(
        work.database,
        _User,
        """
        select zoom_user_id, md5(zoom_user_id) as position
        from (
            select distinct on (zoom_user_id) zoom_user_id, is_listed, status
            from zoom_raw.users
            where organization_id = %s and zoom_account_id = %s
            order by zoom_user_id, imported_at desc
        ) as latest
        where is_listed and status is distinct from 'inactive' and md5(zoom_user_id) > %s
        order by position
        limit %s
        """,
        [work.task.organization_id, work.task.zoom_account_id, position, CHUNK],
    )


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
    """Returns the error of a session that has to be compared again."""
    after, failure = "", None
    refusal: ZoomError | None = None
    are_webinars_read = False
    while found := sessions_to_compare(work.database, work.task, after=after, limit=CHUNK):
        after = found[-1].session_id
        sessions = [one for one in found if work.is_kept(one.ended_at)]
        drop_known(
            work.database, work.task, [one.session_id for one in found if one not in sessions]
        )
        ids = [one.session_id for one in sessions]
        add_landed(work.database, work.known, work.task.organization_id, ids)
        errors = []
        for session, answer in work.read_all(sessions, lambda one: _reported(work, one)):
            is_webinar = session.feature == WEBINARS
            if not isinstance(answer, ZoomError):
                are_webinars_read = are_webinars_read or is_webinar
                with work.storing():
                    _store_reported(work, session, answer)
                continue
            _record_error(work, session, answer)
            if is_webinar and (is_refusal(answer) or is_about_the_plan(answer)):
                refusal = refusal or answer
            else:
                errors.append(answer)
        failure = _first_failure(work, errors, of=len(sessions), before=failure)
        work.known.forget(ids)
    _record_webinars(work, refusal, are_read=are_webinars_read)
    return failure


def _record_error(work: Work, session: KnownSession, error: ZoomError) -> None:
    """A session that Zoom does not know is given up."""
    record_compared(
        work.database,
        work.task,
        session,
        gaps=0,
        error=str(error),
        read_at=work.now if is_final(error) else None,
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


def _record_webinars(work: Work, refusal: ZoomError | None, *, are_read: bool) -> None:
    """Participants of webinars need a permission and a plan of their own."""
    of_account = {
        "organization_id": work.task.organization_id,
        "zoom_account_id": work.task.zoom_account_id,
        "source": WEBINARS,
    }
    if are_read:
        forget_refusal(work.database, **of_account)
    elif refusal is not None:
        record_refusal(work.database, **of_account, reason=str(refusal), now=work.now)
