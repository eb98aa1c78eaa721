"""Which legs of a session are one group (5.4, step 2)."""

from tests.laws.reference.events import Event
from tests.laws.reference.legs import Leg


def groups_of(legs: list[Leg], binds: list[Event]) -> list[list[Leg]]:
    """Follows links from leg to leg as far as they go."""
    # Each leg's own value, before a group fills its gaps.
    uuids = {id(leg): leg.value("participant_uuid") for leg in legs}
    bound_to = {id(leg): _latest_bind(leg, binds) for leg in legs}

    def names(leg: Leg) -> set[tuple[str, str | None]]:
        return {leg.key, ("participant_uuid", uuids[id(leg)])}

    def is_linked(one: Leg, other: Leg) -> bool:
        uuid, other_uuid = uuids[id(one)], uuids[id(other)]
        is_same = uuid is not None and uuid == other_uuid
        # A breakout leg is linked to its main leg. Two visits to rooms are linked even without it.
        main = one.parent_user_id if uuid is None else None
        is_of_main = main is not None and (
            (other.key == ("user_id", main) and not other.is_breakout)
            or (other.parent_user_id == main and other_uuid is None)
        )
        target = bound_to[id(one)]
        is_bound = target is not None and target[1] is not None and target in names(other)
        return is_same or is_of_main or is_bound

    left, groups = list(legs), []
    while left:
        group = [left.pop()]
        for leg in group:  # which grows during the loop
            found = [other for other in left if is_linked(leg, other) or is_linked(other, leg)]
            left = [other for other in left if other not in found]
            group += found
        groups.append(group)
    return groups


def _latest_bind(leg: Leg, binds: list[Event]) -> tuple[str, str | None] | None:
    """The leg that its latest bind names; of two at the same time, the greatest text."""
    of_leg = [
        (event.own_time, _text(event.fields["bound_to"]), event.fields["bound_to"])
        for event in binds
        if event.fields["leg"] in (leg.key, ("participant_uuid", leg.value("participant_uuid")))
    ]
    return max(of_leg, key=lambda bind: bind[:2])[2] if of_leg else None


def _text(name: tuple[str, str | None]) -> str:
    return f"{name[0]}:{name[1]}" if name[1] else ""
