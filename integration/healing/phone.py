"""Heals calls, from the account's call history."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from integration.healing.facts import add_landed
from integration.healing.known_sessions import KnownSession, add_gaps, add_known
from integration.healing.work import Refused, Work, is_about_the_plan, is_refusal
from integration.zoom.errors import ZoomError
from integration.zoom.event_times import UnreadableTime, time
from integration.zoom.events import session_id_of
from integration.zoom.healed_bodies import Row, call_body
from integration.zoom.past import calls
from integration.zoom.texts import ID_BYTES, text

CALLS_AT_ONCE = 500


def heal_phone(work: Work) -> None:
    """Raises Refused, and Zoom's other errors."""
    day = work.task.day
    try:  # from the day before, because Zoom lists calls by their start
        listed = calls(work.client, first=day - timedelta(days=1), last=day)
    except ZoomError as error:
        if is_refusal(error) or is_about_the_plan(error):
            raise Refused(str(error)) from error
        raise
    owners = _owners(work)
    found = _calls(work, listed)
    while chunk := list(islice(found, CALLS_AT_ONCE)):
        sessions = {session.session_id: session for session, _ in chunk}
        add_landed(work.database, work.known, work.task.organization_id, sessions)
        bodies = [
            body
            for _, row in chunk
            if (body := call_body(row, zoom_account_id=work.task.zoom_account_id, owners=owners))
        ]
        with work.storing():
            add_known(work.database, work.task, sessions.values(), read_at=work.now)
            add_gaps(work.database, work.task, list(work.fill(bodies).items()))
        work.known.forget(sessions)


def _calls(work: Work, listed: Sequence[Row]) -> Iterator[tuple[KnownSession, Row]]:
    """The calls to be compared; the records of one call follow each other."""
    for row in sorted(listed, key=lambda row: str(row.get("call_id"))):
        call_id = text(row.get("call_id"), longest=ID_BYTES)
        try:
            started_at = time(row.get("start_time"), received_at=work.now)
            ended_at = time(row.get("end_time"), received_at=work.now) or started_at
        except UnreadableTime:
            started_at = ended_at = None
        if call_id is None or ended_at is None:
            work.counts["unreadable"] += 1
        elif work.is_of_day(ended_at) and work.is_kept(ended_at):
            session_id = session_id_of(work.task.zoom_account_id, "phone", call_id)
            yield KnownSession(session_id, "phone", call_id, started_at, ended_at), row


def _owners(work: Work) -> dict[str, str]:
    """Extension -> its Zoom user, as imported last. The call history names no users."""
    found = work.database.execute(
        """
        select distinct on (zoom_user_id) extension_id, zoom_user_id
        from zoom_raw.phone_users
        where organization_id = %s and zoom_account_id = %s
        order by zoom_user_id, imported_at desc
        """,
        [work.task.organization_id, work.task.zoom_account_id],
    )
    return {extension_id: zoom_user_id for extension_id, zoom_user_id in found if extension_id}
