"""Checks that the person who approved the app is an admin and granted the needed scopes."""

from collections.abc import Mapping
from typing import Any

from integration.zoom.scopes import Purpose, lacking, names_of
from integration.zoom.texts import text

OWNER_OR_ADMIN = {"0", "1"}
NAMES_OF_OWNER_OR_ADMIN = {"owner", "admin"}


def missing_scopes(granted: str) -> list[str]:
    """The scopes without which no account is connected and that are missing from `granted`, a list
    separated by spaces.

    The scopes of events are not required: what an account reports without them is used.
    """
    return names_of(lacking(granted, Purpose.IMPORT))


def is_administrator(me: Mapping[str, Any]) -> bool:
    """Whether `/users/me` is the owner or an admin of their account, by Zoom's own two roles.

    The role's id takes precedence: a custom role can have any name.
    """
    role_id = text(me.get("role_id"))
    if role_id is not None:
        return role_id in OWNER_OR_ADMIN
    return (text(me.get("role_name")) or "").lower() in NAMES_OF_OWNER_OR_ADMIN
