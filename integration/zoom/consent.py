"""What the person who consents has to be, and has to allow."""

from collections.abc import Mapping
from typing import Any

from integration.zoom.texts import text

# One of each set: the granular scope of today, or the classic one of older apps.
NEEDED_SCOPES = (("user:read:list_users:admin", "user:read:admin"),)
OWNER_OR_ADMIN = {"0", "1"}
NAMES_OF_OWNER_OR_ADMIN = {"owner", "admin"}


def missing_scopes(granted: str) -> list[str]:
    """The needed scopes that are not among the granted ones (separated by blanks).

    Zoom Phone's are not needed: many accounts have none.
    """
    given = set(granted.split())
    return [needed[0] for needed in NEEDED_SCOPES if not given & set(needed)]


def is_administrator(me: Mapping[str, Any]) -> bool:
    """Whether `/users/me` is the owner or an admin of their account, by Zoom's own two roles.

    The id decides where there is one: a role that a customer made can have any name.
    """
    role_id = text(me.get("role_id"))
    if role_id is not None:
        return role_id in OWNER_OR_ADMIN
    return (text(me.get("role_name")) or "").lower() in NAMES_OF_OWNER_OR_ADMIN
