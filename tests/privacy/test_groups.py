"""Which teams may be shown while single people are not: no difference of figures is a person."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.privacy.groups import SMALLEST_GROUP, teams_shown


def team(size: int, manager: str = "boss") -> dict[str, str | None]:
    return {manager: None} | {f"{manager}-{n}": manager for n in range(size)}


@pytest.mark.parametrize(("size", "is_shown"), [(1, False), (4, False), (5, True), (6, True)])
def test_a_team_is_shown_from_five_active_users_on(size: int, is_shown: bool) -> None:
    users = team(size) | {f"other-{n}": None for n in range(5)}
    assert ("boss" in teams_shown(users, users)) is is_shown


def test_deactivated_users_do_not_make_a_team_larger() -> None:
    users = team(5)
    assert "boss" not in teams_shown(users, users.keys() - {"boss-0"})


def test_of_a_department_of_six_and_its_team_of_five_only_the_department_is_shown() -> None:
    users = team(5, "lead") | {"boss": None, "lead": "boss"}
    assert {manager: len(each) for manager, each in teams_shown(users, users).items()} == {None: 7}


@st.composite
def organizations(draw: st.DrawFn) -> tuple[dict[str, str | None], set[str]]:
    """Users with managers, now and then in a circle or unknown; some of them deactivated."""
    dice = random.Random(draw(st.integers(0, 10**9)))  # noqa: S311
    names = [f"u{n}" for n in range(draw(st.integers(1, 60)))]
    managers: dict[str, str | None] = {
        name: dice.choice([None, *names[: max(1, n // 3)], "gone"]) for n, name in enumerate(names)
    }
    return managers, {name for name in names if dice.random() < 0.9}


@given(organizations())
def test_no_sum_or_difference_of_shown_teams_is_about_fewer_than_five_people(
    organization: tuple[dict[str, str | None], set[str]],
) -> None:
    managers, active = organization
    shown = [set(each) for each in teams_shown(managers, active).values()]
    for one, other in combinations(shown, 2):
        assert one <= other or other <= one or not one & other
        for left in (one - other, other - one, one & other):
            assert not left or len(left) >= SMALLEST_GROUP
    # Whoever is in the same shown teams cannot be distinguished; every such group is large enough.
    alike: dict[frozenset[int], int] = {}
    for user in active:
        of_user = frozenset(n for n, each in enumerate(shown) if user in each)
        alike[of_user] = alike.get(of_user, 0) + 1
    assert all(count >= SMALLEST_GROUP for of_user, count in alike.items() if of_user)


@given(organizations())
def test_the_whole_organization_is_shown_whenever_it_is_large_enough(
    organization: tuple[dict[str, str | None], set[str]],
) -> None:
    managers, active = organization
    reaching = {user for user in active if _reaches_the_top(user, managers)}
    assert (None in teams_shown(managers, active)) is (len(reaching) >= SMALLEST_GROUP)


def _reaches_the_top(user: str, managers: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    at: str | None = user
    while at in managers:
        if at in seen:
            return False
        seen.add(at)
        at = managers[at]
    return True
