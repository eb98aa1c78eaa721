"""What Zoom's REST API reports afterwards: past sessions, their participants, calls, and the
webhooks that it could not deliver. Rows are returned unchanged.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from integration.zoom.client import ZoomClient
from integration.zoom.errors import TransientZoomError
from integration.zoom.paging import Listing, Page

PAGE_SIZE = 300  # the most that Zoom allows for these lists
CALLS_PAGE_SIZE = 100
MOST_PAGES_OF_CALLS = 10_000  # three days of 5,000 people with 20 calls each have 3,000
READ_AGAIN = "It is read again automatically."
FAILED_DELIVERIES = 2  # the log's type

_SESSIONS = Listing("list of past sessions", ("meetings",), READ_AGAIN)
_PARTICIPANTS = Listing("list of participants", ("participants",), READ_AGAIN)
_LOG = Listing("log of deliveries", ("webhook_logs",), READ_AGAIN)


def past_sessions(client: ZoomClient, zoom_user_id: str, *, first: date, last: date) -> Page:
    """The meetings and webinars that a Zoom user hosted on these days."""
    path = f"/v2/report/users/{quote(zoom_user_id, safe='')}/meetings"
    params = {**_days(first, last), "type": "past", "page_size": PAGE_SIZE}
    pages = client.pages(path, params, listing=_SESSIONS, label="heavy")
    return [row for page in pages for row in page]


def past_meeting(client: ZoomClient, zoom_uuid: str) -> dict[str, Any]:
    """One past meeting; Zoom has no such request for webinars."""
    return client.get(f"/v2/past_meetings/{in_path(zoom_uuid)}", label="medium")


def participants(client: ZoomClient, zoom_uuid: str, *, is_webinar: bool) -> Page:
    """The connections to a past meeting or webinar, waiting rooms included."""
    kind = "past_webinars" if is_webinar else "past_meetings"
    path = f"/v2/{kind}/{in_path(zoom_uuid)}/participants"
    pages = client.pages(path, {"page_size": PAGE_SIZE}, listing=_PARTICIPANTS, label="medium")
    return [row for page in pages for row in page]


def calls(client: ZoomClient, *, first: date, last: date) -> Iterator[Page]:
    """The pages of the calls of an account on these days, one row per side. TransientZoomError if
    Zoom answers for a shorter time than it was asked for, which it does without an error.
    """
    listing = Listing(
        "call history",
        ("call_history", "call_logs"),
        READ_AGAIN,
        check=_covers(first, last),
        most_pages=MOST_PAGES_OF_CALLS,
    )
    params = {**_days(first, last), "page_size": CALLS_PAGE_SIZE}
    return client.pages("/v2/phone/call_history", params, listing=listing, label="heavy")


def failed_deliveries(
    client: ZoomClient, app_id: str, *, first: date, last: date
) -> Iterator[Page]:
    """Pages of the attempts to deliver a webhook that failed on these days, of all accounts of an
    app: after an outage, there may be hundreds of thousands.
    """
    path = f"/v2/marketplace/apps/{quote(app_id, safe='')}/webhook_logs"
    params = {**_days(first, last), "type": FAILED_DELIVERIES, "page_size": PAGE_SIZE}
    return client.pages(path, params, listing=_LOG, label="medium")


def in_path(zoom_uuid: str) -> str:
    """A session's uuid as a part of a path. Zoom wants it encoded twice if it contains a slash that
    it would otherwise take for one of the path.
    """
    once = quote(zoom_uuid, safe="")
    return quote(once, safe="") if zoom_uuid.startswith("/") or "//" in zoom_uuid else once


def _days(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _covers(first: date, last: date) -> Callable[[Mapping[str, Any]], None]:
    def check(body: Mapping[str, Any]) -> None:
        is_late = str(body.get("from") or "")[:10] > first.isoformat()
        is_early = "" < str(body.get("to") or "")[:10] < last.isoformat()
        if is_late or is_early:
            raise TransientZoomError("Zoom listed the calls of fewer days than were requested.")

    return check
