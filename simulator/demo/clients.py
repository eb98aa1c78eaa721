"""The people that the demo's company meets: clients, candidates, and visitors of a webinar."""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulator.guests import Guest


@dataclass(frozen=True, slots=True)
class Client:
    """People of one company, the most frequent attendees first. Zoom never sends its name."""

    people: tuple[Guest, ...]

    def first(self, count: int) -> tuple[Guest, ...]:
        return self.people[:count]


def _client(domain: str, *people: str) -> Client:
    return Client(tuple(_guest(person, domain) for person in people))


def _guest(name: str, domain: str, *, is_invited: bool = True) -> Guest:
    """A person with the address `first.last@domain` and a number that is reserved for fiction."""
    address = f"{name.replace(' ', '.')}@{domain}".lower()
    rng = random.Random(address)  # noqa: S311 - a repeatable fictional number
    phone = f"+1{rng.choice((206, 303, 415, 503, 617, 702))}55501{rng.randrange(100):02d}"
    return Guest(name, address, domain, phone, is_invited=is_invited, customer_key="")


CONTOSO = _client("contoso.com", "Elena Fischer", "Hugo Park", "Rania Novak")
FABRIKAM = _client("fabrikam.com", "Irene Koch", "Ravi Chandra", "Paula Dahl")
TAILSPIN = _client("tailspin-toys.com", "Milo Greene", "Vera Quist")
HARBOR = _client(
    "harbor-logistics.com",
    "Alice Brandt",
    "Diego Torres",
    "Klara Holm",
    "Yusuf Hassan",
    "Gina Marin",
)
CEDAR = _client("cedar-clinics.com", "Sofia Jensen", "Emil Weiss")
GRANITE = _client("granite-insurance.com", "Oscar Keller", "Nadia Lopez")
JUNIPER = _client("juniper-labs.com", "Tara Vance")
DELTA = _client("delta-textiles.com", "Cem Ortega", "Wanda Ziegler")

CANDIDATES = tuple(
    _guest(name, "gmail.com") for name in ("Felix Andersen", "Uma Castillo", "Noah Rossi")
)
# They join by a link that somebody forwarded, so Zoom sends no email.
UNINVITED = (
    _guest("Joel Sato", "contoso.com", is_invited=False),
    _guest("Maya Farrell", "harbor-logistics.com", is_invited=False),
)
_PROSPECTS = (
    ("amber-bakery.com", ("Carla Ibsen", "Anders Lang")),
    ("bright-brewing.com", ("Dana Meyer",)),
    ("iron-optics.com", ("Laszlo Xu", "Beatriz Gallo")),
    ("frontier-freight.com", ("Kim Young", "Ines Abbott", "Stefan Okoye")),
)
PROSPECTS = tuple(_guest(name, domain) for domain, names in _PROSPECTS for name in names)
VISITORS = (*PROSPECTS, *CONTOSO.first(2), *TAILSPIN.first(1), *CANDIDATES[:1])
# They phone, and are phoned, every day.
CALLERS = (*CONTOSO.people, *FABRIKAM.first(2), *TAILSPIN.people, *HARBOR.first(1))
