"""What pages should show, computed again: from Zoom's events and from who took part in each session
(timeline.participants), in plain Python. It shares no code and no table with the pages' figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.pipeline.events import Body
from tests.web.page.site import Site

Stay = tuple[datetime, datetime]
QUIET = timedelta(days=30)


@dataclass(frozen=True)
class Participant:
    uuid: str
    email: str
    user_id: str | None
    company_id: str | None
    affiliation: str
    outcome: str


@dataclass(frozen=True)
class Met:
    """A user and somebody of a company, in one session at the same time."""

    user_id: str
    company_id: str
    uuid: str
    shared: tuple[Stay, ...]

    @property
    def at(self) -> datetime:
        return min(start for start, _ in self.shared)


class Reckoning:
    def __init__(self, site: Site, bodies: Iterable[Body]) -> None:
        self.stays = stays_of(bodies)
        self.participants = [
            Participant(*row)
            for row in site.rows(
                "select zoom_uuid, email, user_id, company_id, affiliation, outcome "
                "from timeline.participants inner join timeline.sessions "
                "using (organization_id, session_id) where organization_id = 'acme'"
            )
        ]
        people = site.rows(
            "select user_id, full_name, time_zone from worksights.users "
            "where organization_id = 'acme'"
        )
        self.names = {user_id: name for user_id, name, _ in people}
        self.zones = {user_id: ZoneInfo(zone) for user_id, _, zone in people}
        self.companies = dict(site.rows("select company_id, name from clientsights.companies"))
        self.met = self._met()

    def seconds(self, user_id: str, days: Sequence[date], *, external: bool = False) -> int:
        """The user's time in sessions on these days of their own clock."""
        there: list[Stay] = []
        for one in self._entries(user_id):
            stays = self.stays[one.uuid, one.email]
            there += both(stays, self._external_stays(one.uuid)) if external else stays
        zone = self.zones[user_id]
        return sum(length(both(united(there), [span(day, day, zone)])) for day in days)

    def companies_met(
        self, users: Iterable[str], first: date, last: date, reader: ZoneInfo
    ) -> tuple[int, int]:
        """(companies met, new ones) by the reader's clock."""
        start, end = span(first, last, reader)
        found = {one.company_id for one in self._met_by(users) if start <= one.at < end}
        earlier = {one.company_id for one in self.met if one.at < start}
        return len(found), len(found - earlier)

    def quiet(self, users: Iterable[str], last: date, reader: ZoneInfo) -> int:
        end = span(last, last, reader)[1]
        met = self._met_by(users)
        before = {one.company_id for one in met if one.at < end - QUIET}
        since = {one.company_id for one in met if end - QUIET <= one.at < end}
        return len(before - since)

    def met_most(self, user_id: str, first: date, last: date, reader: ZoneInfo) -> str:
        start, end = span(first, last, reader)
        sessions: dict[str, list[datetime]] = defaultdict(list)
        for one in self._met_by([user_id]):
            if start <= one.at < end:
                sessions[one.company_id].append(one.at)
        if not sessions:
            return ""
        return min(
            (-len(times), -max(times).timestamp(), self.companies[company])
            for company, times in sessions.items()
        )[2]

    def _entries(self, user_id: str) -> list[Participant]:
        return [
            one for one in self.participants if one.user_id == user_id and one.outcome == "activity"
        ]

    def _external_stays(self, uuid: str) -> list[Stay]:
        return united(
            stay
            for one in self.participants
            if one.uuid == uuid and one.affiliation == "external"
            for stay in self.stays[uuid, one.email]
        )

    def _met(self) -> list[Met]:
        """One for each user, company and session."""
        found: dict[tuple[str, str, str], list[Stay]] = defaultdict(list)
        for own in (one for user_id in self.zones for one in self._entries(user_id)):
            for other in self.participants:
                if other.uuid != own.uuid or other.company_id is None or own.user_id is None:
                    continue
                shared = both(self.stays[own.uuid, own.email], self.stays[own.uuid, other.email])
                if shared:
                    found[own.user_id, other.company_id, own.uuid] += shared
        return [Met(*key, tuple(shared)) for key, shared in found.items()]

    def _met_by(self, users: Iterable[str]) -> list[Met]:
        wanted = set(users)
        return [one for one in self.met if one.user_id in wanted]


def stays_of(bodies: Iterable[Body]) -> dict[tuple[str, str], list[Stay]]:
    """Session and email -> when they were there, on all their devices together."""
    joined: dict[tuple[str, str, str], datetime] = {}
    left: dict[tuple[str, str, str], datetime] = {}
    for body in bodies:
        about = body["payload"]["object"]
        participant = about.get("participant")
        if participant:
            leg = (about["uuid"], participant["email"], participant["user_id"])
            if "join_time" in participant:
                joined[leg] = datetime.fromisoformat(participant["join_time"])
            else:
                left[leg] = datetime.fromisoformat(participant["leave_time"])
    stays: dict[tuple[str, str], list[Stay]] = defaultdict(list)
    for leg, start in joined.items():
        stays[leg[:2]].append((start, left[leg]))
    return defaultdict(list, {key: united(found) for key, found in stays.items()})


def united(stays: Iterable[Stay]) -> list[Stay]:
    found: list[Stay] = []
    for start, end in sorted(stays):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def both(one: Iterable[Stay], other: Sequence[Stay]) -> list[Stay]:
    """The times that are in both, each of which is united."""
    pairs = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return sorted((start, end) for start, end in pairs if start < end)


def length(stays: Iterable[Stay]) -> int:
    return round(sum((end - start).total_seconds() for start, end in stays))


def span(first: date, last: date, zone: ZoneInfo) -> Stay:
    """From the midnight before the first day to the one after the last."""
    after = last + timedelta(days=1)
    return (
        datetime.combine(first, time(), zone).astimezone(UTC),
        datetime.combine(after, time(), zone).astimezone(UTC),
    )


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def lasting(seconds: int) -> str:
    """As pages write it."""
    minutes = (seconds + 30) // 60
    if seconds < 60:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60:,} h" + (f" {minutes % 60} min" if minutes % 60 else "")
