"""Reads the pages of one of Zoom's lists, which may expire, repeat or never end."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration.zoom.errors import (
    ListCutShort,
    PermanentZoomError,
    TransientZoomError,
    unreadable_answer,
)

# Far more than any account has: a list that continues after this has no end.
MAX_PAGES = 2_000
MAX_LISTED = 1_000_000
LONGEST_PAGE_TOKEN = 4_096
READ_AGAIN = (
    "The next import reads the list again. If the problem continues, report it to Zoom Support."
)

# Page tokens are valid for 15 minutes. Zoom uses this code for other invalid requests, too.
STALE_PAGE_TOKEN = 300

Page = list[dict[str, Any]]


def read_pages(
    get: Callable[[dict[str, Any]], dict[str, Any]], params: dict[str, Any]
) -> Iterator[Page]:
    """The pages of one list; `get` requests one of them. A stale page token restarts the list once,
    from the first page.

    Raises ListCutShort when the list names a page for the second time, or does not end.
    """
    page_token, restarted, listed = "", False, 0
    named: set[str] = set()
    for _ in range(MAX_PAGES):
        asked = {**params, "next_page_token": page_token} if page_token else params
        try:
            body = get(asked)
        except PermanentZoomError as error:
            if not page_token or error.code != STALE_PAGE_TOKEN:
                raise
            if restarted:
                raise TransientZoomError(
                    "Zoom's user list expired twice while it was being read.",
                    status=error.status,
                    code=error.code,
                ) from error
            page_token, restarted, named = "", True, set()
            continue
        users = body.get("users")
        # A response without a list is not an empty list: all users would look deleted.
        if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
            raise unreadable_answer(200)
        yield users
        page_token, listed = _page_token(body), listed + len(users)
        if not page_token:
            return
        if page_token in named:
            raise ListCutShort(
                "Zoom's user list repeats itself and does not end.", next_step=READ_AGAIN
            )
        if listed > MAX_LISTED:
            break
        named.add(page_token)
    raise ListCutShort("Zoom's user list does not end.", next_step=READ_AGAIN)


def _page_token(body: Mapping[str, Any]) -> str:
    """Empty after the last page."""
    token = body.get("next_page_token")
    if token is None or token == "":
        return ""
    if isinstance(token, bool) or not isinstance(token, str | int):
        raise unreadable_answer(200)
    if len(str(token)) > LONGEST_PAGE_TOKEN:
        raise unreadable_answer(200)
    return str(token)
