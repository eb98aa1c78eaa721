"""Heals calls, from the account's call history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.database import rows
from integration.healing.days import save_position
from integration.healing.facts import add_landed
from integration.healing.known_sessions import KnownSession, add_gaps, add_known
from integration.healing.work import Refused, Work, is_refusal
from integration.zoom.errors import ZoomError
from integration.zoom.event_times import UnreadableTime, time
from integration.zoom.events import session_id_of
from integration.zoom.healed_bodies import Row, call_body, side_of
from integration.zoom.past import calls
from integration.zoom.sources import PHONE
from integration.zoom.texts import ID_BYTES, text

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Version:
    zoom_user_id: str
    extension_id: str
    since: datetime | None  # null for the first one, which also counts for the time before
    until: datetime | None


class Owners:
    """The Zoom users of extensions, which the call history does not name."""

    def __init__(self, versions: Iterable[_Version]) -> None:
        self._versions: dict[str, list[_Version]] = defaultdict(list)
        for one in versions:
            self._versions[one.extension_id].append(one)

    def at(self, extension_id: object, at: datetime) -> str | None:
        """Whose it was then; the last one, if the imports disagree."""
        found = [
            one.zoom_user_id
            for one in self._versions.get(str(extension_id), ())
            if (one.since is None or one.since <= at) and (one.until is None or at < one.until)
        ]
        return found[-1] if found else None


def heal_phone(work: Work) -> None:
    """Raises Refused, and Zoom's other errors. Zoom lists calls by the day of their start, which
    may be one of another time zone. The position is the last day that was read to its end.
    """
    owners = _owners(work)
    try:
        for listed in (work.task.day + days * ONE_DAY for days in (-1, 0, 1)):
            if listed.isoformat() > work.task.position:
                for page in calls(work.client, first=listed, last=listed):
                    _heal_calls(work, page, owners)
                save_position(work.database, work.task, listed.isoformat())
    except ZoomError as error:
        if is_refusal(error):
            raise Refused(str(error), source=PHONE) from error
        raise


def _heal_calls(work: Work, page: Sequence[Row], owners: Owners) -> None:
    listed = list(_calls(work, page, owners))
    sessions = {session.session_id: session for session, _ in listed}
    add_landed(work.database, work.known, work.task.organization_id, sessions)
    with work.storing():
        add_known(work.database, work.task, sessions.values(), read_at=work.now)
        gaps = work.fill(body for _, body in listed)
        add_gaps(work.database, work.task, list(gaps.items()))
    work.known.forget(sessions)


def _calls(work: Work, page: Sequence[Row], owners: Owners) -> Iterator[tuple[KnownSession, bytes]]:
    """The calls to be compared, with their records. Without an end or a known direction, there is
    nothing to compare.
    """
    account = work.task.zoom_account_id
    for row in page:
        call_id = text(row.get("call_id"), longest=ID_BYTES)
        side = side_of(row)
        try:
            started_at = time(row.get("start_time"), received_at=work.now)
            ended_at = time(row.get("end_time"), received_at=work.now)
        except UnreadableTime:
            started_at = ended_at = None
        if call_id is None or ended_at is None or side is None:
            work.counts["unreadable"] += 1
        elif work.is_of_day(ended_at) and work.is_kept(ended_at):
            owner = owners.at(row.get(f"{side}_ext_id"), ended_at)
            session_id = session_id_of(account, "phone", call_id)
            session = KnownSession(session_id, "phone", call_id, started_at, ended_at)
            yield session, call_body(row, side=side, owner=owner, zoom_account_id=account)


def _owners(work: Work) -> Owners:
    return Owners(
        rows.every(
            work.database,
            _Version,
            """
            select * from (
                select
                    zoom_user_id,
                    extension_id,
                    case when row_number() over versions > 1 then imported_at end as since,
                    lead(imported_at) over versions as until
                from zoom_raw.phone_users
                where organization_id = %s and zoom_account_id = %s
                window versions as (partition by zoom_user_id order by imported_at)
            ) as every_version
            where extension_id is not null
            order by since nulls first, zoom_user_id collate "C"
            """,
            [work.task.organization_id, work.task.zoom_account_id],
        )
    )
