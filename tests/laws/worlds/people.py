"""The people of a world: WorkSights users, Zoom users, phone lines and guests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.laws.reference.world import User
from tests.laws.worlds.dice import Dice

BASE = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
BATCH_TIMES = tuple(BASE + timedelta(hours=hours) for hours in (42, 66, 102, 144))
LAST = len(BATCH_TIMES) - 1

FIRST_NAMES = ("Anna", "Ben", "Cleo", "Dan", "Eva", "Ömer", "Zoë", "Łukasz")
DOMAINS = ("acme.test", "sales.acme.test", "contoso.test", "mail.contoso.test", "fabrikam.test")
IDN = ("b\u00fccher.test", "xn--bcher-kva.test")  # one domain in two spellings
NO_EMAILS = ("n/a", "guest at contoso", "a@contoso.test, b@contoso.test")


@dataclass
class Person:
    """A person who joins sessions. Guests have no Zoom user id; many have no email either."""

    name: str
    zoom_user_id: str | None = None
    email: str | None = None
    registrant_id: str | None = None
    customer_key: str | None = None


@dataclass
class Line:
    """A person on the phone. Outsiders have a number and perhaps a name and an email."""

    number: str
    zoom_user_id: str | None = None
    extension_id: str | None = None
    extension_number: int | None = None
    email: str | None = None
    name: str | None = None


@dataclass
class Cast:
    prefix: str
    organizations: list[str]
    accounts: dict[str, str]  # Zoom account -> organization
    users: list[User] = field(default_factory=list)
    zoom_users: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    persons: dict[str, list[Person]] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    phone_users: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def make_cast(dice: Dice, prefix: str) -> Cast:
    organizations = [f"{prefix}org"]
    accounts = {f"{prefix}acc1": organizations[0]}
    if dice.luck(0.5):
        if dice.luck(0.3):
            organizations.append(f"{prefix}org2")
        accounts[f"{prefix}acc2"] = organizations[-1]
    cast = Cast(prefix, organizations, accounts)
    for organization in organizations:
        for n in range(dice.number(2, 5)):
            cast.users.append(
                User(
                    user_id=f"{organization}-user{n}",
                    organization_id=organization,
                    email=_address_of_user(dice, cast.users, organization, n),
                    created_at=LONG_AGO,
                )
            )
    for number, account in enumerate(accounts, start=1):
        _populate(dice, cast, account, number)
    return cast


def _populate(dice: Dice, cast: Cast, account: str, number: int) -> None:
    rows, persons, lines = [], [], []
    users = [user for user in cast.users if user.organization_id == cast.accounts[account]]
    for n, user in enumerate(users):
        if dice.luck(0.12):
            continue
        zoom_user_id = f"{cast.prefix}z{number}{chr(97 + n)}"
        if number == 2 and dice.luck(0.15):
            zoom_user_id = f"{cast.prefix}z1{chr(97 + n)}"  # the same Zoom user in both lists
        luck = dice.part()
        address: str | None = user.email
        if luck < 0.1:
            address = f"{FIRST_NAMES[n].lower()}.private@contoso.test"
        elif luck < 0.18:
            address = dice.choice(["", None])
        elif luck < 0.3 and rows:
            address = rows[-1].get("email")  # two Zoom users with one email
        elif luck < 0.33:
            address = dice.choice(NO_EMAILS)
        rows.append(_zoom_user(dice, zoom_user_id, address, FIRST_NAMES[n]))
        person = Person(f"{FIRST_NAMES[n]} of {number}", zoom_user_id, address or None)
        persons.append(person)
        lines.append(_own_line(account, n, person))
    if dice.luck(0.3):
        room = f"{cast.prefix}room{number}"
        rows.append({"id": room, "email": "", "display_name": "Room 4", "type": 1})
        persons.append(Person("Room 4", room))
    if dice.luck(0.2):
        rows.append({"email": "pending@acme.test", "type": 1, "status": "pending"})
    persons += _guests(dice, cast, users)
    if rows and dice.luck(0.4):
        # Deleted in Zoom and created again: the old id is the smaller one.
        again = dice.choice(rows)
        status = dice.choice(["active", "inactive"])
        rows.append({**again, "id": f"{cast.prefix}old{number}", "status": status})
        returning = Person("Made Again", email=again.get("email") or None)
        persons += [returning, returning]
    cast.zoom_users[account] = rows
    cast.persons[account] = persons
    cast.lines[account] = lines + _outsiders()
    cast.phone_users[account] = [
        {
            "extension_id": line.extension_id,
            "extension_number": line.extension_number,
            "id": line.zoom_user_id,
            "email": line.email or "",
        }
        for line in lines
    ]


def _zoom_user(dice: Dice, zoom_user_id: str, address: str | None, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": zoom_user_id, "type": dice.choice([1, 2, "2"])}
    if address is not None:
        row["email"] = any_case(dice, address)
    if dice.luck(0.7):
        row["display_name"] = f"{name} Listed"
    if dice.luck(0.4):
        row["status"] = dice.choice(["active", "inactive"])
    return row | {"first_name": name, "last_name": "Listed"}


def _guests(dice: Dice, cast: Cast, users: list[User]) -> list[Person]:
    """Unknown people, some with odd links: shared keys, foreign ids, a colleague's email."""
    guests = []
    for n in range(dice.number(1, 4)):
        guest = Person(f"Guest {n}")
        luck = dice.part()
        if luck < 0.45:
            guest.email = f"guest{n}@{dice.choice((*DOMAINS[1:], *IDN))}"
        elif luck < 0.55:
            guest.zoom_user_id = f"{cast.prefix}foreign{n}"
        elif luck < 0.68:
            guest.email = dice.choice(users).email
        elif luck < 0.76:
            guest.email = dice.choice(NO_EMAILS)
        if dice.luck(0.4):
            guest.registrant_id = f"r{dice.number(1, 2)}"
        if dice.luck(0.4):
            guest.customer_key = f"k{dice.number(1, 2)}"
        guests.append(guest)
    return guests


def _own_line(account: str, n: int, person: Person) -> Line:
    return Line(
        number=f"+1205555{n:04d}",
        zoom_user_id=person.zoom_user_id,
        extension_id=f"{account}-ext{n}",
        extension_number=1000 + n,
        email=person.email,
        name=person.name,
    )


def _outsiders() -> list[Line]:
    return [
        Line("+13125550142", email="eli@contoso.test", name="Eli"),
        Line("+13125550199", name="Unlisted Una"),
        Line("3125550177"),
        Line("+13125550166", extension_number=1998),
        Line("", extension_number=1999),
    ]


def _address_of_user(dice: Dice, others: list[User], organization: str, n: int) -> str:
    """Usually their own; sometimes none, or another spelling of another user's address."""
    same = [user for user in others if user.organization_id == organization]
    luck = dice.part()
    if luck < 0.04:
        return f"unknown {n}"
    if luck < 0.12 and same:
        return f"\u200b{same[-1].email}"
    return any_case(dice, f"{FIRST_NAMES[n].lower()}@acme.test")


def any_case(dice: Dice, address: str) -> str:
    """Emails in any case, sometimes with something around them."""
    luck = dice.part()
    if luck > 0.9 and address:
        return dice.choice([f"<{address}>", f"mailto:{address}", f"\ufeff{address}", f"{address}."])
    if luck < 0.15:
        return address.upper()
    if luck < 0.3:
        return address.title()
    return f" {address} " if luck < 0.34 and address else address
