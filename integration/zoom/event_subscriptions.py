"""The event subscriptions of an app, through Zoom's API.

The token is the app's own: of a Server-to-Server app the one of its account, of any other app the
one of `oauth.client_credentials`. It must not know where tokens are stored.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from integration.zoom.client import bearer, retry_time
from integration.zoom.errors import (
    PermanentZoomError,
    ZoomError,
    api_error,
    rate_limited,
    unreadable_answer,
    zoom_code,
)
from integration.zoom.http import send, zoom_session
from integration.zoom.timed_answers import NO_DEADLINE

PATH = "/v2/marketplace/app/event_subscription"
PAGE_SIZE = 30
MAX_PAGES = 10  # an app has at most 20 subscriptions
# Zoom's codes of what a new subscription can be refused for.
NOT_ALLOWED, UNKNOWN_EVENT, URL_NOT_VALID = 1602, 1601, 1701


@dataclass(frozen=True)
class EventSubscription:
    """`is_ours`: it was created through the API. The others are from the app's page in the Zoom
    Marketplace, and the API cannot change them.
    """

    url: str
    events: frozenset[str]
    is_ours: bool


class EventNotAllowed(PermanentZoomError):
    """The app may not receive `event`; None if Zoom does not name it."""

    def __init__(self, event: str | None, *, status: int, code: int) -> None:
        super().__init__(
            f"Zoom does not allow the app to receive {event or 'one of the events'}.",
            next_step="Add its scope to the app in the Zoom Marketplace, activate the app again, "
            "and repeat this command.",
            status=status,
            code=code,
        )
        self.event = event


def read_subscriptions(
    api_url: str,
    token: str,
    *,
    account_id: str,
    user_id: str | None,
    ends_at: float = NO_DEADLINE,
) -> list[EventSubscription]:
    """The app's subscriptions for all users of an account. `user_id` is any user of it, which Zoom
    asks for. Raises ZoomError.
    """
    asked = {"account_id": account_id, "subscription_scope": "account", "page_size": PAGE_SIZE}
    if user_id is not None:
        asked["user_id"] = user_id
    found: list[EventSubscription] = []
    page_token = ""
    for _ in range(MAX_PAGES):
        params = {**asked, "next_page_token": page_token} if page_token else asked
        body = _call(api_url, "GET", token=token, params=params, ends_at=ends_at)
        listed = body.get("event_subscriptions")
        if not isinstance(listed, list):
            raise unreadable_answer(200)
        found += [_subscription(one) for one in listed if _is_for_account(one)]
        page_token = str(body.get("next_page_token") or "")
        if not page_token:
            return found
    return found


def create_subscription(
    api_url: str,
    token: str,
    *,
    account_id: str,
    name: str,
    url: str,
    events: Sequence[str],
) -> None:
    """Creates a subscription for all users of an account. Zoom first validates the URL. Raises
    ZoomError, whose next step says what to change.
    """
    content = {
        "events": list(events),
        "event_subscription_name": name,
        "event_webhook_url": url,
        "user_ids": [],
        "subscription_scope": "account",
        "account_id": account_id,
    }
    body = _call(api_url, "POST", token=token, content=content)
    if not isinstance(body.get("event_subscription_id"), str):
        raise unreadable_answer(200)


def is_same_address(one: str, other: str) -> bool:
    """Whether both are the same webhook URL, however their host and default port are written."""
    return _address(one) is not None and _address(one) == _address(other)


def _call(
    api_url: str,
    method: str,
    *,
    token: str,
    params: Mapping[str, Any] | None = None,
    content: Mapping[str, Any] | None = None,
    ends_at: float = NO_DEADLINE,
) -> dict[str, Any]:
    """The JSON object of a 2xx. It does not wait for rate limits: somebody may be waiting."""
    with zoom_session() as session:
        answer = send(
            session,
            method,
            url=api_url.rstrip("/") + PATH,
            auth=bearer(token),
            params=params,
            content=content,
            ends_at=ends_at,
        )
    if answer.status == 429:
        now = datetime.now(UTC)
        retry_at = retry_time(answer.headers, now=now) or now + timedelta(minutes=1)
        raise rate_limited(code=zoom_code(answer.body), retry_at=retry_at, now=now)
    if not answer.is_success:
        raise _error(answer.status, answer.body)
    if not isinstance(answer.body, dict):
        raise unreadable_answer(answer.status)
    return answer.body


def _error(status: int, body: object) -> ZoomError:
    code = zoom_code(body)
    if status < 500 and code in (NOT_ALLOWED, UNKNOWN_EVENT):
        return EventNotAllowed(_named_event(body), status=status, code=code)
    if status < 500 and code == URL_NOT_VALID:
        return PermanentZoomError(
            "Zoom could not validate the webhook URL.",
            next_step="Check that it can be reached from the internet with a valid certificate, "
            "that a receiver is running, and that ZOOM_WEBHOOK_SECRET_TOKEN is the secret token "
            "of this app.",
            status=status,
            code=code,
        )
    return api_error(status, body)


def _named_event(body: object) -> str | None:
    """The event in "The event is not allowed for the app: meeting.ended"; any other text is
    dropped.
    """
    message = body.get("message") if isinstance(body, dict) else None
    if not isinstance(message, str):
        return None
    named = re.search(r":\s*([a-z_]{1,40}\.[a-z_]{1,60})", message[:2_000])
    return named.group(1) if named else None


def _is_for_account(listed: Any) -> bool:
    """Of those that were created through the API, some are for single users only."""
    if not isinstance(listed, dict):
        return False
    return not (_is_ours(listed) and listed.get("subscription_scope") == "user")


def _is_ours(listed: Mapping[str, Any]) -> bool:
    return listed.get("created_source") == "openapi"


def _subscription(listed: Mapping[str, Any]) -> EventSubscription:
    url, events = listed.get("event_webhook_url"), listed.get("events")
    return EventSubscription(
        url=url if isinstance(url, str) else "",
        events=frozenset(
            one for one in (events if isinstance(events, list) else []) if isinstance(one, str)
        ),
        is_ours=_is_ours(listed),
    )


def _address(url: str) -> tuple[str, int | None, str] | None:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.hostname, port or default, parts.path.rstrip("/")
