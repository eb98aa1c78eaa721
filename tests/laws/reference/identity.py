"""Who the legs of a session belong to (5.4)."""

from collections.abc import Iterator
from datetime import datetime

from tests.laws.reference.events import Event
from tests.laws.reference.groups import groups_of
from tests.laws.reference.legs import NAMES, Leg, latest
from tests.laws.reference.settings import Known
from tests.laws.reference.values import in_lower_ascii


def identify(
    legs: list[Leg], binds: list[Event], known: Known, accounts: list[str], ended_at: datetime
) -> None:
    """The five steps, in order. Each sees the result of the one before."""
    groups = groups_of(legs, binds)
    shared_keys = keys_of_several(groups)
    for group in groups:
        _fill(group, NAMES)
        _count_as_one(group)
    for leg in legs:
        if leg.value("customer_key") in shared_keys:
            leg.values["customer_key"] = None
    _share(legs, "registrant_id", ("zoom_user_id", "email"))
    _share(legs, "customer_key", ("zoom_user_id", "email"))
    for leg in legs:
        address = leg.value("email")
        if address and not leg.values["zoom_user_id"]:
            found = known.zoom_user_with_email(accounts, address, ended_at)
            if found:
                leg.values["zoom_user_id"] = (*leg.values["email"][:2], found)
    _share(legs, "email", ("zoom_user_id",))


def _share(legs: list[Leg], by: str, names: tuple[str, ...]) -> None:
    """Legs with the same value of `by` fill each other's gaps."""
    groups: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.values[by]:
            groups.setdefault(leg.value(by), []).append(leg)
    for group in groups.values():
        _fill(group, names)


def _fill(legs: list[Leg], names: tuple[str, ...]) -> None:
    for name in names:
        best = latest(leg.values[name] for leg in legs)
        for leg in legs:
            leg.values[name] = leg.values[name] or best


def _count_as_one(group: list[Leg]) -> None:
    """As one participant_uuid or, if they have none, as one leg."""
    uuids = [leg.values["participant_uuid"] for leg in group if leg.values["participant_uuid"]]
    user_ids = [leg.parent_user_id or leg.user_id for leg in group]
    for leg in group:
        leg.values["participant_uuid"] = min(uuids, key=lambda uuid: uuid[2], default=None)
        leg.counts_as = None if uuids else min(user_ids)


def keys_of_several(groups: list[list[Leg]]) -> set[str]:
    """The customer keys on legs of two groups that differ in Zoom user, email or name."""
    facts_of: dict[str, set[tuple[str, int, str]]] = {}
    for number, group in enumerate(groups):
        for leg in group:
            for key in {event.fields["customer_key"] for event in leg.events} - {None}:
                facts_of.setdefault(key, set()).update(
                    (what, number, value) for what, value in _facts(leg)
                )
    return {
        key
        for key, facts in facts_of.items()
        if any(
            what == other and number != other_number and value != other_value
            for what, number, value in facts
            for other, other_number, other_value in facts
        )
    }


def _facts(leg: Leg) -> Iterator[tuple[str, str]]:
    for name in ("zoom_user_id", "email"):
        for event in leg.events:
            if event.fields[name]:
                yield name, event.fields[name]
    if leg.value("name"):
        yield "name", in_lower_ascii(leg.value("name"))


def persons(legs: list[Leg]) -> list[list[Leg]]:
    """Groups legs by the first identity that each has."""
    groups: dict[tuple[str, str], list[Leg]] = {}
    for leg in legs:
        groups.setdefault(_identity(leg), []).append(leg)
    return list(groups.values())


def _identity(leg: Leg) -> tuple[str, str]:
    for name in NAMES[:-1]:
        if leg.values[name]:
            return name, leg.value(name)
    return "user_id", leg.counts_as
