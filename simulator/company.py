"""The fictional company: its Zoom users, its WorkSights users, and the clients they meet.

It depends only on the seed and the account id. The named cast is the same for all seeds, so that
commands can refer to `olivia.hart@acme-works.com`; ids, numbers and offices vary.
"""

from __future__ import annotations

import base64
import random
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.guests import Guest, make_guests
from simulator.names import CAST, DEPARTMENTS, FIRST_NAMES, LAST_NAMES
from simulator.series import Series, make_series

DEFAULT_ACCOUNT_ID = "AcmeWorksAccount000000"
DEFAULT_DOMAIN = "acme-works.com"
DEFAULT_SEED = 1
DEFAULT_USERS = 24
MINIMUM_USERS = 10  # with fewer, all users would be special cases
TEAM_SIZE = 7

# Zoom: 1 Basic, 2 Licensed.
BASIC, LICENSED = 1, 2


@dataclass(frozen=True, slots=True)
class Office:
    """An office. Hours are UTC and ignore daylight saving, so no time zone database is needed."""

    time_zone: str
    opens_hour: int


OFFICES = (
    Office("Europe/Berlin", 7),
    Office("America/New_York", 13),
    Office("America/Los_Angeles", 16),
    Office("Europe/London", 8),
    Office("Asia/Kolkata", 4),
)


@dataclass(frozen=True, slots=True)
class PhoneLine:
    extension_id: str
    extension_number: int
    number: str


@dataclass(frozen=True, slots=True)
class ZoomUser:
    """A user of the Zoom account. `id` is None for an invited user; `email` may be empty."""

    id: str | None
    email: str
    first_name: str
    last_name: str
    type: int
    status: str
    office: Office
    department: str
    team: int
    pmi: int
    zoom_role: str
    created_at: datetime
    line: PhoneLine | None = None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A WorkSights user, as in the product's own directory."""

    email: str
    full_name: str
    role: str
    time_zone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Company:
    account_id: str
    name: str
    domain: str
    users: tuple[ZoomUser, ...]
    colleagues: tuple[Colleague, ...]
    guests: tuple[Guest, ...]
    series: tuple[Series, ...]
    has_phone: bool

    @property
    def active(self) -> tuple[ZoomUser, ...]:
        return tuple(user for user in self.users if user.status == "active")

    @property
    def owner(self) -> ZoomUser:
        return self.users[0]


def build_company(
    *,
    seed: int = DEFAULT_SEED,
    users: int = DEFAULT_USERS,
    account_id: str = DEFAULT_ACCOUNT_ID,
    domain: str = DEFAULT_DOMAIN,
    has_phone: bool = True,
) -> Company:
    """The company with `users` Zoom users; the same arguments result in the same company."""
    if users < MINIMUM_USERS:
        raise ValueError(f"A company needs at least {MINIMUM_USERS} users; got {users}.")
    rng = random.Random(f"{seed}:{account_id}:{users}")  # noqa: S311 - a repeatable fictional company
    everyone = [_user(rng, index, domain=domain) for index in range(users)]
    colleagues = _colleagues(everyone, domain)
    everyone = _with_special_cases(everyone, domain)
    if has_phone:
        everyone = _with_phones(rng, everyone)
    active = [user for user in everyone if user.status == "active"]
    return Company(
        account_id=account_id,
        name="Acme Works",
        domain=domain,
        users=tuple(everyone),
        colleagues=tuple(colleagues),
        guests=make_guests(rng, users),
        series=make_series(rng, [(user.id or "", user.team) for user in active]),
        has_phone=has_phone,
    )


def zoom_id(rng: random.Random) -> str:
    """22 characters of base64url, like Zoom's user, account and extension ids."""
    return base64.urlsafe_b64encode(rng.randbytes(16)).decode().rstrip("=")


def mailbox(first_name: str, last_name: str) -> str:
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}")
    return plain.encode("ascii", "ignore").decode().lower()


def _user(rng: random.Random, index: int, *, domain: str) -> ZoomUser:
    first, last = _name(index)
    team = index // TEAM_SIZE
    office = OFFICES[team % len(OFFICES)] if rng.random() < 0.75 else rng.choice(OFFICES)
    again = (index - len(CAST)) // (len(FIRST_NAMES) * len(LAST_NAMES))
    suffix = str(again + 1) if index >= len(CAST) and again else ""
    hired = datetime(2021, 1, 4, 9, tzinfo=UTC) + timedelta(days=rng.randrange(1500))
    return ZoomUser(
        id=zoom_id(rng),
        email=f"{mailbox(first, last)}{suffix}@{domain}",
        first_name=first,
        last_name=last,
        type=LICENSED if index < 4 or rng.random() < 0.7 else BASIC,
        status="active",
        office=office,
        department=DEPARTMENTS[team % len(DEPARTMENTS)],
        team=team,
        pmi=rng.randrange(2_000_000_000, 9_999_999_999),
        zoom_role={0: "Owner", 2: "Admin", 3: "Admin"}.get(index, "Member"),
        created_at=hired,
    )


def _name(index: int) -> tuple[str, str]:
    if index < len(CAST):
        return CAST[index]
    number = index - len(CAST)
    last = LAST_NAMES[(number // len(FIRST_NAMES) + number) % len(LAST_NAMES)]
    return FIRST_NAMES[number % len(FIRST_NAMES)], last


def _colleagues(everyone: list[ZoomUser], domain: str) -> list[Colleague]:
    """WorkSights users with their correct emails, before the special cases in Zoom are added."""
    roles = {0: "owner", 1: "executive", 2: "admin", 3: "technical_admin"}
    known = [
        Colleague(
            email=user.email,
            full_name=user.full_name,
            role=roles.get(index, "manager" if index % TEAM_SIZE == 0 else "member"),
            time_zone=user.office.time_zone,
            created_at=user.created_at,
        )
        for index, user in enumerate(everyone)
        if index != len(everyone) - _FROM_THE_END["reception"]
    ]
    no_zoom = Colleague(
        f"walter.gruen@{domain}", "Walter Grün", "member", "Europe/Berlin", everyone[0].created_at
    )
    return [*known, no_zoom]


# Positions from the end, so that all companies of ten or more users have each special case.
_FROM_THE_END = {
    "pending": 1,
    "inactive": 2,
    "inactive too": 3,
    "reception": 4,
    "no email": 5,
    "case": 6,
}


def _with_special_cases(everyone: list[ZoomUser], domain: str) -> list[ZoomUser]:
    changed = list(everyone)

    def change(what: str, **fields: Any) -> None:
        index = len(changed) - _FROM_THE_END[what]
        changed[index] = replace(changed[index], **fields)

    change("pending", status="pending", id=None, type=BASIC)
    change("inactive", status="inactive")
    change("inactive too", status="inactive")
    change("reception", email=f"reception@{domain}", first_name="Reception", last_name="Desk")
    change("no email", email="", type=BASIC)
    shouted = changed[len(changed) - _FROM_THE_END["case"]].email
    change("case", email=".".join(part.title() for part in shouted.split(".")))
    return changed


def _with_phones(rng: random.Random, everyone: list[ZoomUser]) -> list[ZoomUser]:
    """Every third active user has a Zoom Phone line, on numbers reserved for fiction (555-01xx)."""
    changed = list(everyone)
    with_line = [index for index, user in enumerate(everyone) if user.status == "active"][::3]
    for count, index in enumerate(with_line):
        line = PhoneLine(
            extension_id=zoom_id(rng),
            extension_number=1001 + count,
            number=f"+1{212 + count // 100}55501{count % 100:02d}",
        )
        changed[index] = replace(changed[index], line=line)
    return changed
