"""Who may consent for a whole account, and which scope is required."""

import pytest

from integration.zoom.consent import is_administrator, missing_scopes


@pytest.mark.parametrize(
    ("me", "expected"),
    [
        ({"role_id": "0", "role_name": "Owner"}, True),
        ({"role_id": "1", "role_name": "Admin"}, True),
        ({"role_id": 1}, True),
        ({"role_name": "Admin"}, True),  # an answer without the id
        ({"role_name": "owner"}, True),
        ({"role_id": "2", "role_name": "Member"}, False),
        ({"role_id": "RxMadeByTheCustomer", "role_name": "Admin"}, False),
        ({"role_id": "", "role_name": ""}, False),
        ({"role_name": None}, False),
        ({"role_name": ["Admin"]}, False),
        ({}, False),
    ],
    ids=str,
)
def test_only_zooms_own_two_roles_administer_an_account(me: dict, expected: bool) -> None:
    assert is_administrator(me) is expected


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("user:read:list_users:admin", []),
        ("meeting:read:meeting:admin  user:read:admin", []),  # the classic scope
        ("user:write:admin", []),  # what may change it may read it
        ("user:master", []),  # of an account with sub-accounts
        ("user:read:user:admin phone:read:list_users:admin", ["user:read:list_users:admin"]),
        ("", ["user:read:list_users:admin"]),
    ],
)
def test_the_scope_for_the_user_list_is_required(granted: str, missing: list[str]) -> None:
    assert missing_scopes(granted) == missing
