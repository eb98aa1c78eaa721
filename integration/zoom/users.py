"""Combines Zoom's user lists in a frame."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integration.identity.cleaning import cleaned_email
from integration.zoom.texts import EMAIL_BYTES, ID_BYTES, NAME_BYTES, text

if TYPE_CHECKING:
    import pandas as pd

# Column of the frame -> field of Zoom's user, and its limit in bytes. A longer text becomes None.
TEXT_FIELDS = {
    "zoom_user_id": ("id", ID_BYTES),
    "email": ("email", EMAIL_BYTES),
    "first_name": ("first_name", NAME_BYTES),
    "last_name": ("last_name", NAME_BYTES),
    "display_name": ("display_name", NAME_BYTES),
    "status": ("status", ID_BYTES),
}
PHONE_FIELDS = ("id", "extension_id", "extension_number")


@dataclass(frozen=True)
class UserList:
    """`frame` has one row per Zoom user, with texts or None.

    Pending users have no id yet, so they are only counted.
    """

    frame: "pd.DataFrame" = field(repr=False)
    pending_count: int


def slim(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Only the fields that are used, as texts, so that a long list needs less memory."""
    names = {*(name for name, _ in TEXT_FIELDS.values()), *PHONE_FIELDS}
    return [{name: text(user[name]) for name in names if name in user} for user in page]


def users_frame(pages: Iterable[list[dict[str, Any]]]) -> UserList:
    """One row per `zoom_user_id`, its last occurrence; users without an id are only counted."""
    import pandas as pd  # takes 0.4 s, which a batch without an import must not spend

    users = [user for page in pages for user in page]
    cleaned = {
        column: pd.Series([text(user.get(name), longest=longest) for user in users], dtype=object)
        for column, (name, longest) in TEXT_FIELDS.items()
    }
    cleaned["email"] = pd.Series([cleaned_email(each) for each in cleaned["email"]], dtype=object)
    frame = pd.DataFrame(cleaned)

    without_id = frame[frame["zoom_user_id"].isna()]
    pending_count = len(without_id.drop_duplicates("email"))  # a restarted list repeats them
    frame = (
        frame[frame["zoom_user_id"].notna()]
        .drop_duplicates("zoom_user_id", keep="last")
        .reset_index(drop=True)
    )
    return UserList(frame=frame, pending_count=pending_count)


def phone_users(pages: Iterable[list[dict[str, Any]]]) -> list[tuple[str, str | None, str | None]]:
    """(zoom_user_id, extension_id, extension_number) per Zoom Phone user, the last occurrence."""
    found = {
        zoom_user_id: (
            zoom_user_id,
            text(user.get("extension_id"), longest=ID_BYTES),
            text(user.get("extension_number"), longest=ID_BYTES),
        )
        for page in pages
        for user in page
        if (zoom_user_id := text(user.get("id"), longest=ID_BYTES))
    }
    return list(found.values())
