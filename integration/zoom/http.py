"""One HTTP exchange with Zoom, with a time limit and a limit on the response's size.

It follows no redirects and stores no cookies, so tokens are sent only to the hosts in the settings.
It must not know what a response means.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from integration.zoom.errors import TransientZoomError
from integration.zoom.timed_answers import (
    NO_DEADLINE,
    SessionWithoutRedirects,
    TimedAdapter,
    closing_answers,
)

USER_AGENT = "worksights-zoom"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0  # for the whole response, not anew for each byte
REQUEST_SECONDS = 30.0  # for all attempts of one request
RETRIES = 3
BACKOFF_SECONDS = (0.0, 1.0, 2.0)
RETRIED_STATUSES = {500, 502, 503, 504}

# A page of 300 users has about 300 kB.
LARGEST_ANSWER_BYTES = 16 * 2**20
CHUNK_BYTES = 2**16

NO_ANSWER = (requests.RequestException, HTTPError, HTTPException, OSError)


@dataclass(frozen=True)
class Answer:
    """`body` is the parsed JSON; None when it is not valid JSON, or too large."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def zoom_session() -> requests.Session:
    session = SessionWithoutRedirects()
    session.headers["User-Agent"] = USER_AGENT
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", TimedAdapter())
    session.mount("http://", TimedAdapter())
    return session


def send(
    session: requests.Session,
    method: str,
    *,
    url: str,
    auth: Any,
    params: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    content: Mapping[str, Any] | None = None,
    ends_at: float = NO_DEADLINE,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """The response, whatever its status; raises TransientZoomError when there is none in time.

    Retries a request that could not connect, and a GET after a 5xx or a broken response. A POST
    that reached Zoom is not retried: it may have used up a refresh token. `content` is sent as
    JSON. `ends_at` is a time of the monotonic clock.
    """
    ends_at = min(ends_at, time.monotonic() + REQUEST_SECONDS)
    for attempt in range(1 + RETRIES):
        if attempt:
            sleep(BACKOFF_SECONDS[attempt - 1])
        left = ends_at - time.monotonic()
        if left <= 0:
            break
        is_last = attempt == RETRIES
        try:
            answer = _exchange(
                session,
                method,
                url,
                auth=auth,
                params=params,
                data=form,
                json=content,
                timeout=(min(CONNECT_SECONDS, left), min(ANSWER_SECONDS, left)),
            )
        except ValueError as error:  # the request cannot be sent, or the response is not HTTP
            raise TransientZoomError("Zoom's response could not be read.") from error
        except NO_ANSWER as error:
            if is_last or not (method == "GET" or _was_not_sent(error)):
                raise TransientZoomError("Zoom could not be reached.") from error
            continue
        if method != "GET" or answer.status not in RETRIED_STATUSES or is_last:
            return answer
    raise TransientZoomError("Zoom did not respond in time.")


def _exchange(session: requests.Session, method: str, url: str, **options: Any) -> Answer:
    with (
        closing_answers(),
        session.request(method, url, allow_redirects=False, stream=True, **options) as response,
    ):
        return Answer(response.status_code, response.headers, _body(response))


def _body(response: requests.Response) -> object:
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > LARGEST_ANSWER_BYTES:
            return None
    try:
        # Parse the bytes: guessing the encoding of a large text takes minutes.
        return json.loads(bytes(content))
    except (ValueError, RecursionError):  # also numbers of thousands of digits
        return None


def _was_not_sent(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
