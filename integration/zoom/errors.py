"""Zoom's errors: permanent (an admin or operator must act) or transient (a retry may succeed).

The messages are for admins: what happened, then the next step. They never quote Zoom's texts,
which may contain an email address. Of a response, only the status, the code and the names of
missing scopes are kept.
"""

import re
from datetime import datetime, timedelta
from typing import Any

RECONNECT = "Reconnect the account."
NOTHING_TO_DO = "No action is needed. WorkSights retries automatically."

# The next attempt is never later than this, whatever Zoom asks for.
LONGEST_PAUSE = timedelta(days=1)
# How many characters of Zoom's texts are searched, so that no search takes long.
LONGEST_MESSAGE = 2_000

TOKEN_REFUSED = 124
SCOPES_MISSING = 4711
PLAN_OR_PERMISSION = 200
LATER_STATUSES = {408, 425}  # the 4xx that mean "not now"

GRANT_ENDED = {"invalid_grant", 4700, 4735, 4740, 4741}
CLIENT_UNKNOWN = {"invalid_client", 4702, 4704}
APP_DISABLED = {4717, 4738}
CODE_SPENT = {4733, 4734}
REDIRECT_MISMATCH = 4709


class ZoomError(Exception):
    """`str()` is `reason` and the next step. `code` is Zoom's number, or OAuth's error word."""

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        status: int | None = None,
        code: int | str | None = None,
    ) -> None:
        super().__init__(f"{message} {next_step}".strip())
        self.reason = message
        self.next_step = next_step
        self.status = status
        self.code = code


class PermanentZoomError(ZoomError):
    """A retry fails again until someone has taken the next step."""


class AccessLost(PermanentZoomError):
    """Zoom no longer accepts the account's grant, or there is none: only a new one helps."""

    def __init__(
        self, message: str, *, status: int | None = None, code: int | str | None = None
    ) -> None:
        super().__init__(message, next_step=RECONNECT, status=status, code=code)


class RequestRefused(PermanentZoomError):
    """Zoom has accepted the token and refuses this request. It may answer others."""


class NoZoomPhone(PermanentZoomError):
    """The account has no Zoom Phone, or it cannot be read. The rest of the import continues."""


class TransientZoomError(ZoomError):
    """A retry may succeed, but not before `retry_at` if Zoom sent a time."""

    def __init__(
        self,
        message: str,
        *,
        next_step: str = NOTHING_TO_DO,
        status: int | None = None,
        code: int | str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message, next_step=next_step, status=status, code=code)
        self.retry_at = retry_at


class ListCutShort(TransientZoomError):
    """A list was not read to its end, and the cause is likely to persist: the next attempt is the
    next regular import.
    """


class NoTimeLeft(ListCutShort):
    """The time that the caller allowed for reading is over. Zoom has done nothing wrong."""


def is_token_refused(status: int, body: object) -> bool:
    """Whether Zoom rejected the access token itself. Zoom sends code 124 with a 401; its
    documentation says 400.
    """
    return status == 401 or zoom_code(body) == TOKEN_REFUSED


def zoom_code(body: object) -> int | None:
    """The `code` of an error body, sent as a number or as text."""
    return _whole_number(body.get("code")) if isinstance(body, dict) else None


def rate_limited(
    *, code: int | None = None, retry_at: datetime, now: datetime
) -> TransientZoomError:
    """`retry_at` is the time that Zoom asks for; the error limits it to a day from `now`."""
    latest = now + LONGEST_PAUSE
    used_up = "Zoom's request limit for this account has been reached."
    return TransientZoomError(
        f"{used_up} Zoom asks WorkSights to wait longer than a day."
        if retry_at > latest
        else f"{used_up} Zoom accepts requests again at {retry_at:%Y-%m-%d %H:%M:%S} UTC.",
        status=429,
        code=code,
        retry_at=min(retry_at, latest),
    )


def unreadable_answer(status: int) -> TransientZoomError:
    return TransientZoomError(
        f"Zoom's response could not be read (HTTP {status}).",
        status=status,
    )


def unforeseen(error: Exception, *, what: str = "The user import") -> TransientZoomError:
    """An unexpected error, by its type only: its text may contain personal data."""
    return TransientZoomError(
        f"{what} failed with an unexpected error ({type(error).__name__}).",
        next_step="It is retried automatically. If the problem continues, contact the team that "
        "runs WorkSights.",
    )


def api_error(status: int, body: object) -> ZoomError:
    """The error for a REST response other than 2xx and 429; `body` is the parsed JSON, or None."""
    code = zoom_code(body)
    if status >= 500 or status in LATER_STATUSES:
        return _zoom_unavailable(status, code=code)
    if status < 400:
        return unreadable_answer(status)
    scopes = _missing_scopes(body)
    if code == SCOPES_MISSING or scopes:
        message = (
            f"These Zoom permissions are missing: {', '.join(scopes)}."
            if scopes
            else "Some Zoom permissions that this integration needs are missing."
        )
        step = f"Add them to the app in the Zoom Marketplace. {RECONNECT}"
    elif is_token_refused(status, body) or code in GRANT_ENDED:
        message = "Zoom rejects this account's access token, even a new one."
        return AccessLost(message, status=status, code=code)
    elif status == 403:
        message = "The person who connected Zoom does not have permission to read this."
        step = "Reconnect as a Zoom admin who can view all users of the account."
    elif code == PLAN_OR_PERMISSION:
        message = (
            "The Zoom plan, or the role of the person who connected the account, does not allow "
            "this."
        )
        step = "Upgrade the plan, or reconnect as a Zoom admin with a role that has the permission."
    elif status == 404:
        message = "Zoom could not find what was requested."
        step = "Check that the user or account still exists in Zoom."
    else:
        message = f"Zoom rejected the request (HTTP {status}, code {code or 'none'})."
        step = "Contact the team that runs WorkSights and quote these numbers."
    return RequestRefused(message, next_step=step, status=status, code=code)


def oauth_error(status: int, body: object) -> ZoomError:
    """The error for a response of the token endpoint other than 2xx and 429."""
    code = _oauth_code(body)
    if status >= 500 or status in LATER_STATUSES:
        return _zoom_unavailable(status, code=code)
    if status < 400:
        return unreadable_answer(status)
    if code in GRANT_ENDED:
        message = "Zoom no longer accepts this account's authorization."
        return AccessLost(message, status=status, code=code)
    elif code in CLIENT_UNKNOWN:
        message = "Zoom does not accept this app's client ID and secret."
        step = "Contact the team that runs WorkSights, which can correct them in its settings."
    elif code in APP_DISABLED:
        message = "The app is disabled in this Zoom account."
        step = "Ask a Zoom admin to enable it in the Zoom Marketplace, then reconnect the account."
    elif code in CODE_SPENT:
        message = "The Zoom authorization has expired or was already used."
        step = "Select Connect Zoom on the Services page to start again."
    elif code == SCOPES_MISSING:
        message = "The app's permissions have changed since this account was connected."
        return AccessLost(message, status=status, code=code)
    elif code == REDIRECT_MISMATCH:
        message = "The redirect URL is not registered in the Zoom app."
        step = (
            "Contact the team that runs WorkSights, which can add the public URL followed by "
            "/services/zoom/callback to the app. Then connect again."
        )
    else:
        message = f"Zoom rejected the authorization request (HTTP {status}, {code or 'no code'})."
        step = (
            "Check that the client ID, secret and redirect URL match the Zoom app, then connect "
            "again."
        )
    return PermanentZoomError(message, next_step=step, status=status, code=code)


def _zoom_unavailable(status: int, *, code: int | str | None) -> TransientZoomError:
    return TransientZoomError(f"Zoom is having problems (HTTP {status}).", status=status, code=code)


def _missing_scopes(body: object) -> list[str]:
    """The scopes in "... does not contain scopes:[a:b, a:b:c]."; any other text is dropped."""
    text = _message(body, "message")
    listed = re.search(r"scopes?:\s*\[([^\]]*)\]", text)
    return re.findall(r"[a-z_]+(?::[a-z_]+)+", listed.group(1)) if listed else []


def _oauth_code(body: object) -> int | str | None:
    """Zoom's number, in any field (also written as "4,709"), else the word in `error`."""
    if not isinstance(body, dict):
        return None
    for name in ("code", "errorCode", "error"):
        if (number := _whole_number(body.get(name))) is not None:
            return number
    if in_reason := re.search(r"\b4,?7\d\d\b", _message(body, "reason"), re.ASCII):
        return int(in_reason.group().replace(",", ""))
    word = _message(body, "error")
    return word if re.fullmatch(r"[a-z_]{1,40}", word) else None


def _message(body: object, name: str) -> str:
    """The first characters of a text field; empty when the field is not a text."""
    value = body.get(name) if isinstance(body, dict) else None
    return value[:LONGEST_MESSAGE] if isinstance(value, str) else ""


def _whole_number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**9 else None
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else None
