"""Reads the pages of one of Zoom's lists, which may expire, repeat or never end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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

# Page tokens are valid for 15 minutes. Zoom uses this code for other invalid requests, too.
STALE_PAGE_TOKEN = 300

Page = list[dict[str, Any]]


@dataclass(frozen=True)
class Listing:
    """The name of a list for messages, the field or fields that may have its rows, and when it is
    read again. `check` is called with each page's whole response. A list with
    small pages may have more than MAX_PAGES.
    """

    name: str
    fields: tuple[str, ...]
    read_again: str
    check: Callable[[Mapping[str, Any]], None] = lambda _body: None
    most_pages: int | None = None

    def rows(self, body: Mapping[str, Any]) -> Page:
        """The rows of a page. A response without a list is not an empty list: all users would look
        deleted.
        """
        found = next((body[field] for field in self.fields if field in body), None)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise unreadable_answer(200)
        return found

    @property
    def next_step(self) -> str:
        return f"{self.read_again} If the problem continues, report it to Zoom Support."


USER_LIST = Listing("user list", ("users",), "The next import reads the list again.")


def read_pages(
    get: Callable[[dict[str, Any]], dict[str, Any]],
    params: dict[str, Any],
    listing: Listing = USER_LIST,
) -> Iterator[Page]:
    """The pages of one list; `get` requests one of them. A stale page token restarts the list once,
    from the first page.

    Raises ListCutShort when the list names a page for the second time, or does not end.
    """
    page_token, restarted, listed = "", False, 0
    named: set[str] = set()
    for _ in range(listing.most_pages or MAX_PAGES):
        asked = {**params, "next_page_token": page_token} if page_token else params
        try:
            body = get(asked)
        except PermanentZoomError as error:
            if not page_token or error.code != STALE_PAGE_TOKEN:
                raise
            if restarted:
                raise TransientZoomError(
                    f"Zoom's {listing.name} expired twice while it was being read.",
                    status=error.status,
                    code=error.code,
                ) from error
            page_token, restarted, named = "", True, set()
            continue
        listing.check(body)
        page = listing.rows(body)
        yield page
        page_token, listed = _page_token(body), listed + len(page)
        if not page_token:
            return
        if page_token in named:
            raise ListCutShort(
                f"Zoom's {listing.name} repeats itself and does not end.",
                next_step=listing.next_step,
            )
        if listed > MAX_LISTED:
            break
        named.add(page_token)
    raise ListCutShort(f"Zoom's {listing.name} does not end.", next_step=listing.next_step)


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
