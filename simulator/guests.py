"""External people: clients, webinar visitors, private email addresses, unidentified guests."""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulator.names import (
    CLIENT_ADJECTIVES,
    CLIENT_DOMAINS,
    CLIENT_NOUNS,
    FIRST_NAMES,
    LAST_NAMES,
    ODD_GUESTS,
)


@dataclass(frozen=True, slots=True)
class Guest:
    """`is_invited` guests are in the host's calendar invitation, so Zoom sends their email."""

    name: str
    email: str
    organization: str
    phone: str
    is_invited: bool
    customer_key: str


def make_guests(rng: random.Random, users: int) -> tuple[Guest, ...]:
    """Two guests per Zoom user, eight per client, plus those with unusual addresses."""
    guests = [_odd(rng, name, email=email) for name, email in ODD_GUESTS]
    seen = {guest.email for guest in guests}
    for number in range(2 * users):
        domain = client_domain(number // 8)
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        email = f"{first}.{last}@{domain}".lower()
        if email in seen:
            email = f"{first}.{last}.{number}@{domain}".lower()
        seen.add(email)
        uses_sdk = rng.random() < 0.05
        guests.append(
            Guest(
                name=f"{first} {last}",
                email=email,
                organization=domain,
                phone=_phone(rng),
                is_invited=rng.random() < 0.65,
                customer_key=rng.randbytes(6).hex() if uses_sdk else "",
            )
        )
    return tuple(guests)


def client_domain(number: int) -> str:
    if number < len(CLIENT_DOMAINS):
        return CLIENT_DOMAINS[number]
    rest = number - len(CLIENT_DOMAINS)
    adjective = CLIENT_ADJECTIVES[rest % len(CLIENT_ADJECTIVES)]
    noun = CLIENT_NOUNS[rest // len(CLIENT_ADJECTIVES) % len(CLIENT_NOUNS)]
    again = rest // (len(CLIENT_ADJECTIVES) * len(CLIENT_NOUNS))
    return f"{adjective}-{noun}{again or ''}.com"


def _odd(rng: random.Random, name: str, *, email: str) -> Guest:
    domain = email.split("@")[1].lower()
    return Guest(name, email, domain, _phone(rng), is_invited=True, customer_key="")


def _phone(rng: random.Random) -> str:
    return f"+1{rng.randrange(201, 989)}55501{rng.randrange(100):02d}"
