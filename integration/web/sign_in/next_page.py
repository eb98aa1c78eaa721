"""The page that a sign-in leads to, when the link names one: never another site."""

from urllib.parse import unquote, urlsplit

LONGEST = 2000
# A form may not lead to Zoom (the policy's form-action, which browsers apply to redirects as well):
# the page that has the button is shown instead.
LEADS_AWAY, ITS_PAGE = "/services/zoom/connect", "/services"


def next_page(text: str) -> str:
    """The path with its query, or "" for anything but a path of this site.

    Browsers read a backslash as a slash and leave out tabs and line breaks, so `/\\host` and
    `/<tab>/host` are other sites to them.
    """
    is_path = text.startswith("/") and not text.startswith("//")
    if not is_path or "\\" in text or not text.isprintable() or len(text) > LONGEST:
        return ""
    return ITS_PAGE if unquote(urlsplit(text).path) == LEADS_AWAY else text
