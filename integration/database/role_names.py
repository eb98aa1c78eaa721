"""The names of the product's roles, which belong to the whole server and not to one database.

Migrations write the names without a prefix. Two installations on one server each set
DATABASE_ROLE_PREFIX, and then their migrations are sent to the database with its names.
"""

import re
from typing import Literal, get_args

Role = Literal["receiver", "pipeline", "page", "analyst"]
ROLES: tuple[Role, ...] = get_args(Role)

_NAME = "|".join(ROLES)
# Where SQL names roles. A schema may have the same name, but has a dot behind it here.
_LIST = re.compile(
    rf"\b(?P<before>to|from|role|grant|authorization)(?P<space>\s+)"
    rf"(?P<names>(?:{_NAME})\b(?:\s*,\s*(?:{_NAME})\b)*)(?![\w.])"
)
_TEXTS = re.compile(rf"array\[(?:'(?:{_NAME})'(?:, )?)+\]")


def with_role_names(statement: str, prefix: str) -> str:
    """The statement with the prefix before each role that it names."""
    if not prefix:
        return statement

    def name(found: re.Match[str]) -> str:
        return prefix + found[0]

    def in_list(found: re.Match[str]) -> str:
        names = re.sub(_NAME, name, found["names"])
        return found["before"] + found["space"] + names

    def in_array(found: re.Match[str]) -> str:
        return re.sub(_NAME, name, found[0])

    return _TEXTS.sub(in_array, _LIST.sub(in_list, statement))
