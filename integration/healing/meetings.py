"""Heals meetings and webinars: lists what each Zoom user hosted, then compares each session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from integration.connections.refused_sources import forget_refusal, record_refusal
from integration.healing.answers import Answers, has_to_be_asked_again, is_refused
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
    give_up,
    record_compared,
    record_error,
    sessions_to_compare,
)
from integration.healing.work import CHUNK, READERS, Refused, Work
from integration.zoom.errors import SCOPES_MISSING, RequestRefused, ZoomError
from integration.zoom.event_times import UnreadableTime, time
from integration.zoom.events import session_id_of
from integration.zoom.healed_bodies import (
    Row,
    kind_of,
    participant_bodies,
    session_bodies,
)
from integration.zoom.past import participants, past_meeting, past_sessions
from integration.zoom.sources import MEETINGS, WEBINARS
from integration.zoom.texts import ID_BYTES, text

# Zoom lists sessions by the day of their start, which may be a day of another time zone.
LONGEST_LISTED = timedelta(days=3)
ONE_DAY = timedelta(days=1)


def heal_meetings(work: Work) -> None:
    """Continues where an earlier run stopped. Raises Refused, OutOfTime, and, at the end, the error
    of the first user or session that has to be read again.
    """
    failure = _list_sessions(work)
    with work.storing():
        add_reported(work.database, work.task)
    compared = _compare_sessions(work)
    failure = failure or next((one.failure for one in compared.values() if one.failure), None)
    refusal = compared[WEBINARS].refusal
    if failure is not None and refusal:
        record_refusal(work.database, **_webinars_of(work), reason=refusal, now=work.now)
    if failure is not None:
        raise failure
    if refusal:
        raise Refused(refusal, source=WEBINARS)


def _list_sessions(work: Work) -> ZoomError | None:
    """Returns the error of a user whose sessions have to be listed again."""
    place = place_of(work.task.position)
    after, answers = place.start, Answers(is_any_readable=bool(place.last))
    while not answers.refusal and (hosts := next_hosts(work, place, after=after)):
        after = hosts[-1].digest
        listed = work.read_all(hosts, lambda host: _listed(work, host.zoom_user_id))
        failed = [host for host, answer in listed if has_to_be_asked_again(answer)]
        place = place.after(hosts, failed=failed)
        answers.take(answer for _, answer in listed)
        with work.storing():
            for host, answer in listed:
                if not isinstance(answer, Exception):
                    _store_listed(work, host.zoom_user_id, answer)
            # Otherwise the refused ones have to be asked again when the account may be read.
            if answers.is_any_readable and not answers.refusal:
                save_position(work.database, work.task, str(place))
        answers.stop()
    answers.end()
    work.counts["unreadable"] += answers.skipped
    if answers.refusal:
        raise Refused(answers.refusal, source=MEETINGS)
    return answers.failure


def _listed(work: Work, zoom_user_id: str) -> list[Row]:
    """What a Zoom user hosted that may have ended on the day."""
    first, last = work.task.day - LONGEST_LISTED, work.task.day + ONE_DAY
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
    """What Zoom's REST API reports of one session. `details` are empty if they are not needed.
    `error` is why its participants cannot be read.
    """

    details: dict[str, Any]
    participants: Sequence[Row]
    error: RequestRefused | None = None


def _compare_sessions(work: Work) -> dict[str, Answers]:
    """Returns the answers about meetings, and those about webinars: their participants need a
    permission and a plan of their own, so Zoom may refuse them alone. Raises Refused for meetings.
    """
    # Zoom has listed meetings, so a few that it refuses do not show that it refuses all.
    answers = {MEETINGS: Answers(enough=READERS), WEBINARS: Answers()}
    refused: list[KnownSession] = []
    after = ""
    while found := sessions_to_compare(
        work.database,
        work.task,
        features=[feature for feature, one in answers.items() if not one.refusal],
        after=after,
        limit=CHUNK,
    ):
        after = found[-1].session_id
        compared = _compare(work, found)
        refused += [one for one, answer in compared if is_refused(answer)]
        for feature, one in answers.items():
            one.take(answer for session, answer in compared if session.feature == feature)
        for one in answers.values():
            one.stop()
    for feature, one in answers.items():
        one.end()
        work.counts["unreadable"] += one.skipped
        if not one.refusal and one.failure is None:
            give_up(work.database, work.task, refused, feature=feature, read_at=work.now)
    if answers[WEBINARS].is_any_readable:
        forget_refusal(work.database, **_webinars_of(work))
    if reason := answers[MEETINGS].refusal:
        raise Refused(reason, source=MEETINGS)
    return answers


def _webinars_of(work: Work) -> dict[str, str]:
    return {
        "organization_id": work.task.organization_id,
        "zoom_account_id": work.task.zoom_account_id,
        "source": WEBINARS,
    }


def _compare(
    work: Work, found: Sequence[KnownSession]
) -> list[tuple[KnownSession, _Reported | ZoomError | OutOfTime]]:
    """Stores what could be read of some sessions, and returns all answers: the error, if there is
    one.
    """
    kept = [one for one in found if work.is_kept(one.ended_at)]
    drop_known(work.database, work.task, [one.session_id for one in found if one not in kept])
    ids = [one.session_id for one in kept]
    add_landed(work.database, work.known, work.task.organization_id, ids)
    compared: list[tuple[KnownSession, _Reported | ZoomError | OutOfTime]] = []
    for session, answer in work.read_all(kept, lambda one: _reported(work, one)):
        if isinstance(answer, ZoomError):
            record_error(work.database, work.task, session, str(answer))
        elif not isinstance(answer, OutOfTime):
            with work.storing():
                _store_reported(work, session, answer)
            answer = answer.error or answer
        compared.append((session, answer))
    work.known.forget(ids)
    return compared


def _reported(work: Work, session: KnownSession) -> _Reported:
    """Raises RequestRefused if a scope is missing, and other errors."""
    is_webinar = session.feature == WEBINARS
    details: dict[str, Any] = {}
    if not is_webinar and not work.known.has(session.session_id, "ended"):
        try:
            details = past_meeting(work.client, session.zoom_uuid)
        except RequestRefused as error:
            if error.code == SCOPES_MISSING:
                raise
            details = _as_listed(session)
    try:
        found = list(participants(work.client, session.zoom_uuid, is_webinar=is_webinar))
    except RequestRefused as error:
        if error.code == SCOPES_MISSING:
            raise
        return _Reported(details, [], error)
    return _Reported(details, found)


def _as_listed(session: KnownSession) -> dict[str, Any]:
    """The times of Zoom's list; nothing of a session that only webhooks named."""
    if session.started_at is None:
        return {}
    return {
        "start_time": session.started_at.isoformat(),
        "end_time": session.ended_at.isoformat(),
    }


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
    if ended_at is not None:  # REST may know a later end, also one of the next day
        started_at = _time(reported.details, "start_time", now=work.now)
        session = replace(session, started_at=started_at, ended_at=ended_at)
        details = {**reported.details, "uuid": session.zoom_uuid}
        bodies += session_bodies(session.kind, details, zoom_account_id=account)
    if not work.is_kept(session.ended_at):
        drop_known(work.database, work.task, [session.session_id])
        return
    gaps = work.fill(bodies)
    record_compared(
        work.database,
        work.task,
        session,
        gaps=sum(gaps.values()),
        error=None if reported.error is None else str(reported.error),
        # What Zoom refuses may be read when it refuses nothing any more.
        read_at=None if is_refused(reported.error) else work.now,
    )
