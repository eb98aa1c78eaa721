"""The lists that the database checks are those of the code."""

import re

from integration.database.postgres import connect
from integration.directory.rights import RIGHTS, ROLE_NAMES
from integration.zoom.features import FEATURES

CHECKED = r"""
select pg_get_constraintdef(oid) from pg_constraint
where contype = 'c' and conrelid = %s::regclass and pg_get_constraintdef(oid) ~ %s
"""


def checked(url: str, table: str, column: str) -> set[str]:
    """The texts that a check of the table allows in the column."""
    with connect(url) as owner:
        found = owner.execute(CHECKED, [table, rf"\(\({column} = ANY"]).fetchall()
    return {text for (definition,) in found for text in re.findall(r"'(\w+)'", definition)}


def test_the_roles_are_those_that_have_a_name_and_rights(database_url: str) -> None:
    assert checked(database_url, "worksights.users", "role") == ROLE_NAMES.keys() == RIGHTS.keys()


def test_the_features_are_those_that_can_be_switched(database_url: str) -> None:
    checks = checked(database_url, "integration.subscription_changes", "feature")
    assert checks == FEATURES.keys()
