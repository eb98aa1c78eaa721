"""Zoom's REST: lists page by page, rate limits, refused access tokens.

It hands over what Zoom said, page by page. What the pages mean, and where tokens are kept, it must
not know.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from integration.zoom.errors import (
    SCOPES_MISSING,
    ListCutShort,
    NoZoomPhone,
    PermanentZoomError,
    TransientZoomError,
    api_error,
    is_token_refused,
    rate_limited,
    unreadable_answer,
    zoom_code,
)
from integration.zoom.http import FOR_EVER, Answer, send, zoom_session

# Per-second limits are over in moments, per-minute ones within this; daily ones are not waited for.
LONGEST_WAIT_SECONDS = 60.0

USER_STATUSES = ("active", "inactive", "pending")  # one call answers for one status only
USER_PAGE_SIZE = 300  # the most that every edition of Zoom's documentation allows
PHONE_PAGE_SIZE = 100
# Far more than any account has: a list that goes on after this has no end.
MOST_PAGES = 2_000
MOST_LISTED = 1_000_000
LONGEST_PAGE_TOKEN = 4_096
READ_AGAIN = (
    "The next import reads the list again. If the problem continues, report it to Zoom Support."
)

# Page tokens live 15 minutes. The code also stands for other mistakes in a request.
STALE_PAGE_TOKEN = 300

# Called with None for a token to use, or with the token that Zoom has just refused for another one.
TokenSource = Callable[[str | None], str]
Page = list[dict[str, Any]]


def retry_time(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """When a 429 allows the next try, aware UTC; None when it says nothing readable.

    `Retry-After` comes as seconds, as an HTTP date or, with daily limits, as an ISO 8601 date-time.
    """
    text = headers.get("Retry-After", "").strip()
    reset = headers.get("X-RateLimit-Reset", "").strip()
    for parse in (_after_seconds, _iso_time, _http_date):
        if text and (found := parse(text, now)) is not None:
            return found
    return _epoch(reset)


class ZoomClient:
    """Zoom's REST as one connection sees it; raises PermanentZoomError and TransientZoomError.

    `token_source(None)` gives an access token, `token_source(refused)` another one than the one
    that Zoom has refused. Nothing is asked after `ends_at`, on the monotonic clock: ListCutShort.
    `session` is there for tests.
    """

    def __init__(
        self,
        api_url: str,
        token_source: TokenSource,
        *,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        ends_at: float = FOR_EVER,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._token_source = token_source
        self._session = session or zoom_session()
        self._clock = clock
        self._sleep = sleep
        self._ends_at = ends_at

    def me(self) -> dict[str, Any]:
        """The user who granted access, with `account_id`."""
        return self._get("/v2/users/me", {})

    def users(self) -> Iterator[Page]:
        """Pages of all users: active, then inactive, then pending. A user may come twice.

        An error after the first page leaves the pages before it as good as they are.
        """
        for status in USER_STATUSES:
            params = {"status": status, "page_size": USER_PAGE_SIZE}
            for page in self._pages("/v2/users", params):
                yield [{"status": status, **user} for user in page]

    def phone_users(self) -> Iterator[Page]:
        """Pages of the users of Zoom Phone; NoZoomPhone where the account has none."""
        try:
            yield from self._pages("/v2/phone/users", {"page_size": PHONE_PAGE_SIZE})
        except PermanentZoomError as error:
            if error.status != 403 or error.code == SCOPES_MISSING:
                raise
            raise NoZoomPhone(
                "No Zoom Phone users available: the account has no Zoom Phone, "
                "or the person who connected it cannot view them.",
                next_step="If the account has Zoom Phone, reconnect it.",
                status=error.status,
                code=error.code,
            ) from error

    def _pages(self, path: str, params: dict[str, Any]) -> Iterator[Page]:
        """The pages of one list; begun again once, from the first, when a page token is stale.

        ListCutShort when the list names a page for the second time, or does not end.
        """
        page_token, begun_again, listed = "", False, 0
        named: set[str] = set()
        for _ in range(MOST_PAGES):
            asked = {**params, "next_page_token": page_token} if page_token else params
            try:
                body = self._get(path, asked)
            except PermanentZoomError as error:
                if not page_token or error.code != STALE_PAGE_TOKEN:
                    raise
                if begun_again:
                    raise TransientZoomError(
                        "Zoom's user list expired twice while it was being read.",
                        status=error.status,
                        code=error.code,
                    ) from error
                page_token, begun_again, named = "", True, set()
                continue
            users = body.get("users")
            # An answer without the list is not an empty list: everybody would look deleted.
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
            if listed > MOST_LISTED:
                break
            named.add(page_token)
        raise ListCutShort("Zoom's user list does not end.", next_step=READ_AGAIN)

    def _get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object of a 2xx, after short rate limits and one replacement of the token."""
        self._stop_in_time()
        token = self._token_source(None)
        token_replaced = False
        waited, waits = 0.0, 0
        while True:
            self._stop_in_time()
            answer = self._answer(path, params, token)
            status, body = answer.status, answer.body
            if status == 429:
                now = self._clock()
                # Not before the doubling delay: a clock ahead of Zoom's must not make a busy loop.
                at_least = now + timedelta(seconds=2**waits)
                retry_at = max(retry_time(answer.headers, now=now) or at_least, at_least)
                wait = (retry_at - now).total_seconds()
                if waited + wait > LONGEST_WAIT_SECONDS:
                    raise rate_limited(code=zoom_code(body), retry_at=retry_at, now=now)
                self._stop_in_time(needed_seconds=wait)
                self._sleep(wait)
                waited, waits = waited + wait, waits + 1
            elif not token_replaced and not answer.is_success and is_token_refused(status, body):
                token, token_replaced = self._token_source(token), True
            elif not answer.is_success:
                raise api_error(status, body)
            elif not isinstance(body, dict):
                raise unreadable_answer(status)
            else:
                return body

    def _answer(self, path: str, params: Mapping[str, Any], token: str) -> Answer:
        try:
            return send(
                self._session,
                "GET",
                url=self._api_url + path,
                auth=_bearer(token),
                params=params,
                ends_at=self._ends_at,
                sleep=self._sleep,
            )
        except TransientZoomError:
            self._stop_in_time()
            raise

    def _stop_in_time(self, *, needed_seconds: float = 0.0) -> None:
        if time.monotonic() + needed_seconds >= self._ends_at:
            raise ListCutShort(
                "Zoom's user list could not be read completely in the time allowed.",
                next_step="The next import reads the list again. If the problem continues, contact "
                "the team that runs WorkSights, which can allow more time.",
            )


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


def _bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """As `auth`, because requests lets a .netrc entry replace a header that was set by hand."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authorize


def _after_seconds(text: str, now: datetime) -> datetime | None:
    return now + timedelta(seconds=float(text)) if re.fullmatch(r"\d{1,9}(\.\d+)?", text) else None


def _iso_time(text: str, _now: datetime) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _http_date(text: str, _now: datetime) -> datetime | None:
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _epoch(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"\d{1,10}", text) else None


def _utc(time_read: datetime) -> datetime:
    """Without a zone it is taken as UTC, which is what Zoom writes."""
    if time_read.tzinfo is None:
        return time_read.replace(tzinfo=UTC)
    return time_read.astimezone(UTC)
