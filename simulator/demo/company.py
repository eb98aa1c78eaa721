"""The demo's Zoom account and its WorkSights users, from the cast."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulator.company import (
    BASIC,
    DEFAULT_ACCOUNT_ID,
    DEFAULT_DOMAIN,
    LICENSED,
    Colleague,
    Company,
    Office,
    PhoneLine,
    ZoomUser,
    mailbox,
    zoom_id,
)
from simulator.demo.cast import CAST, OTHER_ACCOUNTS, ZOOM_ONLY, Person

_ZOOM_ROLES = {"olivia": "Owner", "amara": "Admin", "marcus": "Admin"}


def build_demo_company() -> Company:
    """The connected account; always the same."""
    rng = random.Random(DEFAULT_ACCOUNT_ID)  # noqa: S311 - a repeatable fictional company
    users = [_zoom_user(rng, person) for person in CAST if person.in_zoom]
    users += [_zoom_only(rng, *one) for one in ZOOM_ONLY]
    return Company(
        account_id=DEFAULT_ACCOUNT_ID,
        name="Acme Works",
        domain=DEFAULT_DOMAIN,
        users=tuple(users),
        colleagues=tuple(_colleague(person) for person in CAST),
        guests=(),
        series=(),
        has_phone=True,
    )


def demo_companies() -> list[Company]:
    """The accounts of the demo's Zoom: the connected one, one whose access was withdrawn, and one
    that a visitor can add.
    """
    return [build_demo_company(), *(_other_account(*one) for one in OTHER_ACCOUNTS)]


def users_by_key(company: Company) -> dict[str, ZoomUser]:
    """The Zoom users by the keys of the cast."""
    keys = [person.key for person in CAST if person.in_zoom] + [one[0] for one in ZOOM_ONLY]
    return dict(zip(keys, company.users, strict=True))


def email_of(person: Person) -> str:
    return f"{mailbox(person.first_name, person.last_name)}@{DEFAULT_DOMAIN}"


def manager_email_of(colleague: Colleague) -> str:
    """The address of this colleague's manager; empty if there is none."""
    by_key = {person.key: person for person in CAST}
    person = next(one for one in CAST if email_of(one) == colleague.email)
    return email_of(by_key[person.manager]) if person.manager else ""


def _colleague(person: Person) -> Colleague:
    return Colleague(
        email=email_of(person),
        full_name=f"{person.first_name} {person.last_name}",
        role=person.role,
        time_zone=person.zone,
        created_at=datetime(2023, 1, 9, 9, tzinfo=UTC),
    )


def _zoom_user(rng: random.Random, person: Person) -> ZoomUser:
    number = [one.key for one in CAST if one.has_line].index(person.key) if person.has_line else 0
    line = PhoneLine(zoom_id(rng), 1001 + number, f"+1212555{130 + number:04d}")
    login = person.login or mailbox(person.first_name, person.last_name)
    return ZoomUser(
        id=zoom_id(rng),
        email=f"{login}@{DEFAULT_DOMAIN}",
        first_name=person.first_name,
        last_name=person.last_name,
        type=LICENSED,
        status="active",
        office=Office(person.zone, 0),
        department=person.department,
        team=0,
        pmi=rng.randrange(2_000_000_000, 9_999_999_999),
        zoom_role=_ZOOM_ROLES.get(person.key, "Member"),
        created_at=datetime(2023, 1, 9, 9, tzinfo=UTC) + timedelta(days=rng.randrange(700)),
        line=line if person.has_line else None,
    )


def _zoom_only(
    rng: random.Random, _key: str, first: str, last: str, local: str, status: str
) -> ZoomUser:
    return ZoomUser(
        id=None if status == "pending" else zoom_id(rng),
        email=f"{local}@{DEFAULT_DOMAIN}",
        first_name=first,
        last_name=last,
        type=BASIC,
        status=status,
        office=Office("Europe/Berlin", 0),
        department="Offices",
        team=0,
        pmi=rng.randrange(2_000_000_000, 9_999_999_999),
        zoom_role="Member",
        created_at=datetime(2023, 2, 1, 9, tzinfo=UTC),
    )


def _other_account(account_id: str, name: str, people: Iterable[tuple[str, str, str]]) -> Company:
    rng = random.Random(account_id)  # noqa: S311 - a repeatable fictional company
    users = [_zoom_only(rng, "", *one, "active") for one in people]
    users[0] = replace(users[0], zoom_role="Owner", type=LICENSED)
    return Company(account_id, name, DEFAULT_DOMAIN, tuple(users), (), (), (), has_phone=False)
