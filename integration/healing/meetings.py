"""Heals meetings and webinars: lists what each Zoom user hosted, then compares each session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from integration.connections.refused_sources import forget_refusal
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
    sessions_to_compare,
)
from integration.healing.work import CHUNK, Refused, Work, is_gone
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
    failure = _compare_sessions(work) or failure
    if failure is not None:
        raise failure


def _list_sessions(work: Work) -> ZoomError | None:
    """Returns the error of a user whose sessions have to be listed again."""
    place = place_of(work.task.position)
    after, answers = place.start, Answers(is_any_readable=bool(place.last))
    while not answers.refusal and (hosts := next_hosts(work, place, after=after)):
        after = hosts[-1].digest
        listed = work.read_all(hosts, lambda host: _listed(work, host.zoom_user_id))
        failed = [host for host, answer in listed if has_to_be_asked_again(answer)]
        place = place.after(hosts, failed=failed)
        with work.storing():
            for host, answer in listed:
                if not isinstance(answer, Exception):
                    _store_listed(work, host.zoom_user_id, answer)
            save_position(work.database, work.task, str(place))
        answers.take(answer for _, answer in listed)
    answers.end()
    work.counts["unreadable"] += answers.skipped
    if not answers.is_any_readable:
        save_position(work.database, work.task, "")
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
    """What Zoom's REST API reports of one session. `details` are empty if they are not needed."""

    details: dict[str, Any]
    participants: list[Row]


def _compare_sessions(work: Work) -> ZoomError | None:
    """Returns the error of a session that has to be compared again. Participants of webinars need a
    permission and a plan of their own, so Zoom may refuse them alone.
    """
    answers = {feature: Answers() for feature in (MEETINGS, WEBINARS)}
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
    for feature, one in answers.items():
        one.end()
        work.counts["unreadable"] += one.skipped
        if one.is_any_readable:
            give_up(work.database, work.task, refused, feature=feature, read_at=work.now)
    if answers[WEBINARS].is_any_readable:
        forget_refusal(
            work.database,
            organization_id=work.task.organization_id,
            zoom_account_id=work.task.zoom_account_id,
            source=WEBINARS,
        )
    for feature, one in answers.items():
        if one.refusal:
            raise Refused(one.refusal, source=feature)
    return next((one.failure for one in answers.values() if one.failure), None)


def _compare(
    work: Work, found: Sequence[KnownSession]
) -> list[tuple[KnownSession, _Reported | ZoomError | OutOfTime]]:
    """Stores what could be read of some sessions, and returns all answers."""
    kept = [one for one in found if work.is_kept(one.ended_at)]
    drop_known(work.database, work.task, [one.session_id for one in found if one not in kept])
    ids = [one.session_id for one in kept]
    add_landed(work.database, work.known, work.task.organization_id, ids)
    compared = work.read_all(kept, lambda one: _reported(work, one))
    for session, answer in compared:
        if isinstance(answer, OutOfTime):
            continue
        if isinstance(answer, ZoomError):
            record_compared(
                work.database,
                work.task,
                session,
                gaps=0,
                error=str(answer),
                read_at=work.now if is_gone(answer) else None,
            )
        else:
            with work.storing():
                _store_reported(work, session, answer)
    work.known.forget(ids)
    return compared


def _reported(work: Work, session: KnownSession) -> _Reported:
    is_webinar = session.feature == WEBINARS
    details: dict[str, Any] = {}
    if not is_webinar and not work.known.has(session.session_id, "ended"):
        try:
            details = past_meeting(work.client, session.zoom_uuid)
        except RequestRefused as error:
            if error.code == SCOPES_MISSING:
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
        error=None,
        read_at=work.now,
    )
