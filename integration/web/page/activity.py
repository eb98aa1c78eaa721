"""What a request says about who has caused it, and for which page."""

from starlette.requests import Request

NOTICE = "/notice"  # seen in a browser before every other page that needs a sign-in


def is_activity(request: Request) -> bool:
    """Whether a person has caused it. Only then is a session kept alive: a page that reloads or
    fetches something while no one sits at the desk must not keep it alive.

    Browsers send `Sec-Fetch-User` only with what somebody has opened or sent. Those that say
    nothing (older ones, and all without https) are believed.
    """
    headers = request.headers
    if "sec-purpose" in headers or headers.get("purpose") == "prefetch":
        return False
    if request.method == "POST" or "sec-fetch-mode" not in headers:
        return True
    return headers["sec-fetch-mode"] == "navigate" and (
        headers.get("sec-fetch-site", "none") == "none" or headers.get("sec-fetch-user") == "?1"
    )


def needs_notice(request: Request) -> bool:
    """Only somebody who opens a page in a browser reads it; browsers say so over HTTPS and on this
    machine. A form is accepted: it is sent by a page that was shown before the notice changed.
    """
    is_opened = request.headers.get("sec-fetch-mode") == "navigate"
    return is_opened and request.method != "POST" and request.url.path != NOTICE


def address_of(request: Request) -> str:
    """The path as the browser sent it, with its query."""
    path: str = request.scope["raw_path"].decode("ascii")
    return f"{path}?{request.url.query}" if request.url.query else path
