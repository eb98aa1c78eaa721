"""How long companies were met, and in which sessions (section 3; 5.11)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.laws.reference.affiliations import Side
from tests.laws.reference.presence import Interval, seconds, shared, united

MET = ("human", "role")


@dataclass
class Meetings:
    """What one session says about companies: who of them was there, and who met them."""

    natural: dict[str, Any]
    people: dict[tuple[str, str], list[Interval]] = field(default_factory=dict)  # person, company
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def organization_id(self) -> Any:
        return self.natural["organization_id"]

    def add(self, side: Side, presence: list[Interval]) -> None:
        """A participant; only those who count as a person of a company matter here."""
        if side.person and side.company and side.kind:
            key = side.person, side.company
            self.people[key] = united([*self.people.get(key, []), *presence])
            self.kinds[side.person] = side.kind

    def met(self, entries: dict[str, list[Interval]]) -> list[dict[str, Any]]:
        """A row per company that somebody with an entry (user -> presence) met."""
        found: dict[str, list[tuple[str, str, list[Interval]]]] = {}
        for (person, company), presence in self.people.items():
            for user_id, own in entries.items():
                both = shared(own, presence)
                if self.kinds[person] in MET and seconds(both) >= 1:
                    found.setdefault(company, []).append((user_id, person, both))
        return [
            {
                **self.natural,
                "domain": company,
                "met_at": min(both[0][0] for _, _, both in meetings),
                "met_seconds": seconds(united([one for *_, both in meetings for one in both])),
                "user_count": len({user_id for user_id, _, _ in meetings}),
                "person_count": len({person for _, person, _ in meetings}),
            }
            for company, meetings in found.items()
        ]


@dataclass
class Company:
    people: set[str] = field(default_factory=set)
    sessions: int = 0
    met_seconds: int = 0
    times: list[datetime] = field(default_factory=list)


def companies(organization_id: str, sessions: list[Meetings], met: list[dict[str, Any]]) -> Any:
    """A row per company of one organization."""
    found: dict[str, Company] = {}
    for session in sessions:
        for company in {company for _, company in session.people}:
            found.setdefault(company, Company()).sessions += 1
        for (person, company), presence in session.people.items():
            if session.kinds[person] == "human":
                found[company].people.add(person)
            found[company].times.append(presence[0][0])
    for row in met:
        found[row["domain"]].met_seconds += row["met_seconds"]
    return [
        {
            "organization_id": organization_id,
            "domain": domain,
            "person_count": len(company.people),
            "session_count": company.sessions,
            "met_seconds": company.met_seconds,
            "first_met_at": min(company.times),
            "last_met_at": max(company.times),
        }
        for domain, company in found.items()
    ]
