"""The one door to Zoom's HTTP: timeouts, bounded retries, rate limits, refused access tokens.

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
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from integration.zoom.errors import (
    RECONNECT,
    SCOPES_MISSING,
    NoZoomPhone,
    PermanentZoomError,
    TransientZoomError,
    api_error,
    is_token_refused,
    rate_limited,
    unreadable_answer,
    zoom_code,
)

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
RETRIES = 3
BACKOFF_FACTOR = 0.5  # urllib3 then sleeps 0, 1 and 2 seconds

# Per-second limits are over in moments, per-minute ones within this; daily ones are not waited for.
LONGEST_WAIT_SECONDS = 60.0

USER_STATUSES = ("active", "inactive", "pending")  # one call answers for one status only
USER_PAGE_SIZE = 300  # the most that every edition of Zoom's documentation allows
PHONE_PAGE_SIZE = 100

# Page tokens live 15 minutes. The code also stands for other mistakes in a request.
STALE_PAGE_TOKEN = 300

# Called with None for a token to use, or with the token that Zoom has just refused for another one.
TokenSource = Callable[[str | None], str]
Page = list[dict[str, Any]]


def zoom_session(*, backoff_factor: float = BACKOFF_FACTOR) -> requests.Session:
    """A session that repeats what could not connect, and a GET after a 5xx or a broken answer.

    A POST that has reached Zoom is not repeated: it may have used up a refresh token. urllib3 does
    not read Retry-After here: it fails on Zoom's date-times and would sleep for hours on others.
    """
    retry = Retry(
        total=RETRIES,
        backoff_factor=backoff_factor,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods={"GET"},
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    session = requests.Session()
    session.headers["User-Agent"] = "worksights-zoom"
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


def send(
    session: requests.Session,
    method: str,
    *,
    url: str,
    auth: Any,
    params: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
) -> requests.Response:
    """Any answer whatever its status; TransientZoomError when there is none."""
    try:
        return session.request(
            method,
            url,
            auth=auth,
            params=params,
            data=form,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
    except (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    ) as error:
        raise TransientZoomError("Zoom could not be reached.") from error


def json_body(response: requests.Response) -> object:
    """The parsed body, or None when it is not JSON."""
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError:
        return None


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
    that Zoom has refused. `session` is there for tests.
    """

    def __init__(
        self,
        api_url: str,
        token_source: TokenSource,
        *,
        session: requests.Session | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._token_source = token_source
        self._session = session or zoom_session()
        self._clock = clock
        self._sleep = sleep

    def me(self) -> dict[str, Any]:
        """The user who granted access, with `account_id`."""
        return self._get("/v2/users/me", {})

    def users(self) -> Iterator[Page]:
        """Pages of all users: active, then inactive, then pending. A user may come twice."""
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
                "Zoom does not give out phone users: the account has no Zoom Phone, "
                "or the person who connected it may not see them.",
                next_step=f"Nothing to do without Zoom Phone. With it: {RECONNECT}",
                status=error.status,
                code=error.code,
            ) from error

    def _pages(self, path: str, params: dict[str, Any]) -> Iterator[Page]:
        """The pages of one list; begun again once, from the first, when a page token is stale."""
        page_token, begun_again = "", False
        while True:
            asked = {**params, "next_page_token": page_token} if page_token else params
            try:
                body = self._get(path, asked)
            except PermanentZoomError as error:
                if not page_token or error.code != STALE_PAGE_TOKEN:
                    raise
                if begun_again:
                    raise TransientZoomError(
                        "Zoom's list of users went stale twice while it was read.",
                        status=error.status,
                        code=error.code,
                    ) from error
                page_token, begun_again = "", True
                continue
            users = body.get("users")
            # An answer without the list is not an empty list: everybody would look deleted.
            if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
                raise unreadable_answer(200)
            yield users
            page_token = str(body.get("next_page_token") or "")
            if not page_token:
                return

    def _get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object of a 2xx, after short rate limits and one replacement of the token."""
        token = self._token_source(None)
        token_replaced = False
        waited, waits = 0.0, 0
        while True:
            response = send(
                self._session,
                "GET",
                url=self._api_url + path,
                auth=_bearer(token),
                params=params,
            )
            status, body = response.status_code, json_body(response)
            if status == 429:
                now = self._clock()
                # Not before the doubling delay: a clock ahead of Zoom's must not make a busy loop.
                at_least = now + timedelta(seconds=2**waits)
                retry_at = max(retry_time(response.headers, now=now) or at_least, at_least)
                wait = (retry_at - now).total_seconds()
                if waited + wait > LONGEST_WAIT_SECONDS:
                    raise rate_limited(code=zoom_code(body), retry_at=retry_at)
                self._sleep(wait)
                waited, waits = waited + wait, waits + 1
            elif not token_replaced and not response.ok and is_token_refused(status, body):
                token, token_replaced = self._token_source(token), True
            elif not response.ok:
                raise api_error(status, body)
            elif not isinstance(body, dict):
                raise unreadable_answer(status)
            else:
                return body


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
    except (ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if re.fullmatch(r"\d{1,10}", text) else None


def _utc(time_read: datetime) -> datetime:
    """Without a zone it is taken as UTC, which is what Zoom writes."""
    if time_read.tzinfo is None:
        return time_read.replace(tzinfo=UTC)
    return time_read.astimezone(UTC)
