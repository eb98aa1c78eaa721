"""What pages about clients should show, computed again as in reckoning.py: whom users met, for how
long, and how strong that makes a relationship.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp
from typing import TypeVar

from tests.web.page.reckoning import Reckoning, Stay, both, length, united

EVER = datetime.min.replace(tzinfo=UTC)
HALF_LIFE_DAYS, SCALE_MINUTES, MOST_MINUTES = 90, 240, 120
GRADES = (("weak", 20), ("fair", 50), ("good", 80), ("strong", 101))  # below which strength

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Pair:
    """A user and somebody from outside, in one session at the same time. `people` were there."""

    user_id: str
    email: str
    company_id: str | None
    uuid: str
    shared: tuple[Stay, ...]
    people: int

    @property
    def at(self) -> datetime:
        return self.shared[0][0]

    @property
    def weight(self) -> float:
        """In minutes, of a meeting."""
        return min(length(self.shared) / 60, MOST_MINUTES) * min(1, 2 / self.people)

    def weight_at(self, now: datetime) -> float:
        age = (now - self.at).total_seconds() / 86400
        return float(self.weight * 0.5 ** (age / HALF_LIFE_DAYS))


@dataclass(frozen=True)
class Client:
    """A company or a person. The addresses are those of its people who are human; `arrivals` has
    one time for each of its people and each session that they were in.
    """

    pairs: list[Pair]
    emails: list[str]
    arrivals: list[datetime]

    def meetings(self, since: datetime = EVER) -> dict[str, list[Pair]]:
        """Session -> who met, of sessions in which they first did since then."""
        found = grouped((one.uuid, one) for one in self.pairs)
        return {uuid: met for uuid, met in found.items() if met_at(met) >= since}

    def seconds(self, since: datetime = EVER) -> int:
        """In which anybody met anybody of it."""
        return sum(seconds(met) for met in self.meetings(since).values())

    def of(self, user_id: str) -> "Client":
        own = [one for one in self.pairs if one.user_id == user_id]
        return Client(own, self.emails, self.arrivals)

    @property
    def users(self) -> list[str]:
        return sorted({one.user_id for one in self.pairs})

    @property
    def person_seconds(self) -> int:
        """The time of each user, added up."""
        return sum(self.of(user_id).seconds() for user_id in self.users)

    @property
    def last_pair_at(self) -> datetime:
        return max(met_at(met) for met in self.meetings().values())

    def minutes(self, user_id: str, now: datetime) -> float:
        """What remains now of the weights: of each session only the greatest counts."""
        meetings = self.of(user_id).meetings().values()
        return sum(max(met, key=lambda one: one.weight).weight_at(now) for met in meetings)

    def strength(self, user_id: str, now: datetime) -> float:
        return round(100 * (1 - exp(-self.minutes(user_id, now) / SCALE_MINUTES)), 1)

    def closest(self, now: datetime) -> list[str]:
        """The users, that with the strongest relationship first."""
        return sorted(self.users, key=lambda user_id: (-self.minutes(user_id, now), user_id))

    def strongest(self, now: datetime) -> tuple[float, str | None]:
        for user_id in self.closest(now):
            return self.strength(user_id, now), user_id
        return 0, None


class Clients:
    """Companies by id, people and `names` by address. Nobody human has a shared address."""

    def __init__(
        self, reckoning: Reckoning, names: Mapping[str, str], *, shared_addresses: Iterable[str]
    ) -> None:
        self.reckoning, self.names = reckoning, names
        self.shared_addresses = set(shared_addresses)
        outside = {
            one.email: one.company_id
            for one in reckoning.participants
            if one.affiliation == "external"
        }
        self.company_of = outside
        pairs = self._pairs()
        self.people = {
            email: self._client([one for one in pairs if one.email == email], [email])
            for email in outside
            if email not in self.shared_addresses
        }
        self.companies = {
            company_id: self._client(
                [one for one in pairs if one.company_id == company_id],
                [email for email, company in outside.items() if company == company_id],
            )
            for company_id in reckoning.companies
        }

    def _client(self, pairs: list[Pair], emails: list[str]) -> Client:
        arrivals = [
            stays[0][0]
            for (_, email), stays in self.reckoning.stays.items()
            if email in emails and stays
        ]
        human = [email for email in emails if email not in self.shared_addresses]
        return Client(pairs, human, arrivals)

    def _pairs(self) -> list[Pair]:
        found, stays = [], self.reckoning.stays
        people = grouped(key for key in stays if stays[key])
        for own in self.reckoning.participants:
            if own.user_id is None or own.outcome != "activity":
                continue
            for other in self.reckoning.participants:
                if other.uuid == own.uuid and other.affiliation == "external":
                    shared = both(stays[own.uuid, own.email], stays[own.uuid, other.email])
                    if shared:
                        found.append(
                            Pair(
                                own.user_id, other.email, other.company_id, own.uuid,
                                tuple(shared), len(people[own.uuid]),
                            )
                        )  # fmt: skip
        return found


def grouped(pairs: Iterable[tuple[Key, Pair]] | Iterable[tuple[Key, str]]) -> dict[Key, list]:
    found: dict[Key, list] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def met_at(met: Iterable[Pair]) -> datetime:
    return min(one.at for one in met)


def seconds(met: Iterable[Pair]) -> int:
    return length(united(stay for one in met for stay in one.shared))


def grade(strength: float) -> str:
    """Of a rounded one."""
    return next(name for name, below in GRADES if strength < below) if strength else "none"
