"""The fictional company has the people that make matching hard, and is the same every time."""

from __future__ import annotations

import pytest

from simulator.company import DEFAULT_ACCOUNT_ID, build_company


def test_the_same_seed_gives_the_same_company() -> None:
    assert build_company(seed=7) == build_company(seed=7)


def test_another_seed_gives_other_ids_to_the_same_people() -> None:
    one, other = build_company(seed=1), build_company(seed=2)
    assert [user.email for user in one.users] == [user.email for user in other.users]
    assert not {user.id for user in one.active} & {user.id for user in other.active}


def test_ids_have_22_characters_and_are_unique() -> None:
    company = build_company(users=300)
    ids = [user.id for user in company.users if user.id]
    assert {len(one) for one in [*ids, DEFAULT_ACCOUNT_ID]} == {22}
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("users", [10, 24, 500])
def test_every_special_case_exists_whatever_the_size(users: int) -> None:
    company = build_company(users=users)
    known = {colleague.email for colleague in company.colleagues}
    statuses = [user.status for user in company.users]
    without_match = [
        user.email for user in company.users if user.email and user.email.lower() not in known
    ]
    assert len(company.users) == users
    assert (statuses.count("inactive"), statuses.count("pending")) == (2, 1)
    assert [user.status for user in company.users if user.id is None] == ["pending"]
    assert sum(user.email == "" for user in company.users) == 1
    assert without_match == ["reception@acme-works.com"]
    assert sum(user.email != user.email.lower() for user in company.users) == 1
    assert any(user.line for user in company.active)
    assert any(user.line is None for user in company.active)


def test_addresses_and_numbers_are_unique_in_a_large_company() -> None:
    company = build_company(users=3000)
    emails = [user.email.lower() for user in company.users]
    numbers = [user.line.number for user in company.users if user.line]
    assert len(set(emails)) == len(emails)
    assert len(set(numbers)) == len(numbers)


def test_the_directory_has_one_owner_and_every_role() -> None:
    roles = [colleague.role for colleague in build_company().colleagues]
    assert roles.count("owner") == 1
    assert set(roles) == {
        "owner", "executive", "admin", "technical_admin", "manager", "member",
    }  # fmt: skip
