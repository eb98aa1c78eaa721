"""The Zoom users whose sessions are listed, in the order of their digests, which name none of them,
and how far that has come.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integration.database import rows
from integration.healing.work import CHUNK, Work

SEPARATOR = " "


@dataclass(frozen=True)
class Host:
    zoom_user_id: str
    digest: str


@dataclass(frozen=True)
class Place:
    """Everybody up to `last` has been read, except for those in `again`, which is tried again."""

    last: str
    again: frozenset[str]

    @property
    def start(self) -> str:
        """After whom a run continues."""
        return "" if self.again else self.last

    def after(self, read: Iterable[Host], *, failed: Iterable[Host]) -> "Place":
        """Where it is when these have been read or have failed."""
        digests = {one.digest for one in read}
        again = (self.again - digests) | {one.digest for one in failed}
        return Place(max({self.last, *digests}), again)

    def __str__(self) -> str:
        return SEPARATOR.join([self.last, *sorted(self.again)])


def place_of(position: str) -> Place:
    """The place of a task's position; an empty one is the start."""
    last, *again = position.split(SEPARATOR)
    return Place(last, frozenset(again))


def next_hosts(work: Work, place: Place, *, after: str) -> list[Host]:
    """The account's next users that have to be read."""
    return rows.every(
        work.database,
        Host,
        """
        select zoom_user_id, md5(zoom_user_id) as digest
        from (
            select distinct on (zoom_user_id) zoom_user_id, is_listed, status
            from zoom_raw.users
            where organization_id = %s and zoom_account_id = %s
            order by zoom_user_id, imported_at desc
        ) as latest
        where is_listed and status is distinct from 'inactive'
            and md5(zoom_user_id) > %s
            and (md5(zoom_user_id) > %s or md5(zoom_user_id) = any(%s))
        order by digest
        limit %s
        """,
        [
            work.task.organization_id,
            work.task.zoom_account_id,
            after,
            place.last,
            sorted(place.again),
            CHUNK,
        ],
    )
