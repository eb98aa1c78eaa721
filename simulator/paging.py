"""`next_page_token`: opaque, valid for fifteen minutes and only for its own list."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

_LIVES_SECONDS = 15 * 60
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 30, 300


class PagingError(Exception):
    """A page size or page token that Zoom would reject; the message is that of the response."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[dict[str, Any]]
    size: int
    number: int
    next_token: str


def page_of(rows: list[dict[str, Any]], query: QueryParams, *, what: str, now: float) -> Page:
    """The requested page of `rows`; `what` names the list, so that tokens work only for it."""
    size = _size(query)
    start = _start(query.get("next_page_token", ""), what=what, now=now)
    end = start + size
    token = _token(end, what=what, now=now) if end < len(rows) else ""
    return Page(rows[start:end], size, start // size + 1, token)


def _size(query: QueryParams) -> int:
    text = query.get("page_size", str(DEFAULT_PAGE_SIZE))
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PAGE_SIZE:
        raise PagingError(f"The page_size must be between 1 and {MAX_PAGE_SIZE}.")
    return int(text)


def _token(start: int, *, what: str, now: float) -> str:
    content = json.dumps([start, what, now + _LIVES_SECONDS])
    return base64.urlsafe_b64encode(content.encode()).decode()


def _start(token: str, *, what: str, now: float) -> int:
    if not token:
        return 0
    try:
        start, of, until = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as error:
        raise PagingError("The next page token is invalid or expired.") from error
    if of != what or until < now:
        raise PagingError("The next page token is invalid or expired.")
    return int(start)
