"""Zoom's REST API: paged lists, rate limits, rejected access tokens.

It returns Zoom's pages unchanged. It must not know what they mean or where tokens are stored.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Literal

import requests

from integration.zoom.errors import (
    SCOPES_MISSING,
    NoTimeLeft,
    NoZoomPhone,
    PermanentZoomError,
    TransientZoomError,
    api_error,
    is_token_refused,
    rate_limited,
    unreadable_answer,
    zoom_code,
)
from integration.zoom.http import Answer, send, zoom_session
from integration.zoom.paging import USER_LIST, Listing, Page, read_pages
from integration.zoom.timed_answers import NO_DEADLINE

# Long enough for limits per second and per minute. The client does not wait for daily limits.
LONGEST_WAIT_SECONDS = 60.0

USER_STATUSES = ("active", "inactive", "pending")  # one request lists one status only
USER_PAGE_SIZE = 300  # the most that every edition of Zoom's documentation allows
PHONE_PAGE_SIZE = 100
NO_PARAMS: Mapping[str, Any] = {}

# Zoom's labels of requests, each with a rate limit of its own.
Label = Literal["light", "medium", "heavy"]
# Called before each request of that label; it may wait, and raises if there is no time for that.
Pace = Callable[[Label], None]
AT_ANY_TIME: Pace = lambda _label: None  # noqa: E731 - a default value

# Called with None for the current token, or with a token that Zoom has rejected for a new one.
TokenSource = Callable[[str | None], str]


def retry_time(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """When a 429 allows the next attempt, aware UTC; None when no header can be read.

    Zoom sends `Retry-After` as seconds, as an HTTP date or, for daily limits, as ISO 8601.
    """
    text = headers.get("Retry-After", "").strip()
    reset = headers.get("X-RateLimit-Reset", "").strip()
    for parse in (_after_seconds, _iso_time, _http_date):
        if text and (found := parse(text, now)) is not None:
            return found
    return _epoch(reset)


class ZoomClient:
    """Zoom's REST API for one connection; raises PermanentZoomError and TransientZoomError.

    `token_source(None)` returns an access token, `token_source(rejected)` a different one from the
    token that Zoom rejected. Raises NoTimeLeft after `ends_at`, a time of the monotonic clock.
    Tests pass a `session`.
    """

    def __init__(
        self,
        api_url: str,
        token_source: TokenSource,
        *,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        ends_at: float = NO_DEADLINE,
        pace: Pace = AT_ANY_TIME,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._token_source = token_source
        self._session = session or zoom_session()
        self._clock = clock
        self._sleep = sleep
        self._ends_at = ends_at
        self._pace = pace

    def me(self) -> dict[str, Any]:
        """The user who granted access, with `account_id`."""
        return self.get("/v2/users/me")

    def users(self) -> Iterator[Page]:
        """Pages of all users: active, then inactive, then pending. A user may appear twice.

        Pages read before an error remain usable.
        """
        for status in USER_STATUSES:
            params = {"status": status, "page_size": USER_PAGE_SIZE}
            for page in self.pages("/v2/users", params):
                yield [{"status": status, **user} for user in page]

    def phone_users(self) -> Iterator[Page]:
        """Pages of the users of Zoom Phone; raises NoZoomPhone if the account has no Zoom Phone."""
        try:
            yield from self.pages("/v2/phone/users", {"page_size": PHONE_PAGE_SIZE})
        except PermanentZoomError as error:
            if error.status != 403 or error.code == SCOPES_MISSING:
                raise
            raise NoZoomPhone(
                "No Zoom Phone users are available: the account has no Zoom Phone, "
                "or the person who connected it cannot view them.",
                next_step="If the account has Zoom Phone, reconnect it as an admin who can view "
                "Zoom Phone users.",
                status=error.status,
                code=error.code,
            ) from error

    def pages(
        self,
        path: str,
        params: dict[str, Any],
        *,
        listing: Listing = USER_LIST,
        label: Label = "medium",
    ) -> Iterator[Page]:
        """The pages of a list."""
        return read_pages(partial(self.get, path, label=label), params, listing)

    def get(
        self, path: str, params: Mapping[str, Any] = NO_PARAMS, *, label: Label = "medium"
    ) -> dict[str, Any]:
        """The JSON object of a 2xx; waits for short rate limits and replaces the token once."""
        self._stop_in_time()
        token = self._token_source(None)
        token_replaced = False
        waited, waits = 0.0, 0
        while True:
            self._pace(label)
            self._stop_in_time()
            answer = self._answer(path, params, token)
            status, body = answer.status, answer.body
            if status == 429:
                now = self._clock()
                # At least the doubling delay: a clock ahead of Zoom's must not cause a busy loop.
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
                auth=bearer(token),
                params=params,
                ends_at=self._ends_at,
                sleep=self._sleep,
            )
        except TransientZoomError:
            self._stop_in_time()
            raise

    def _stop_in_time(self, *, needed_seconds: float = 0.0) -> None:
        if time.monotonic() + needed_seconds >= self._ends_at:
            raise NoTimeLeft(
                "Zoom's user list could not be read completely in the time allowed.",
                next_step="The next import reads the list again. If the problem continues, contact "
                "the team that runs WorkSights, which can allow more time.",
            )


def bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """For `auth`: with a plain header, requests would let a .netrc entry replace it."""

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
    """The time in UTC. A time without a zone is read as UTC, which is what Zoom sends."""
    if time_read.tzinfo is None:
        return time_read.replace(tzinfo=UTC)
    return time_read.astimezone(UTC)
