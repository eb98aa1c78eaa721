"""Checks the page that a sign-in link leads to: it must not be on another site."""

from urllib.parse import unquote, urlsplit

LONGEST = 2000
# A form must not lead to Zoom: browsers apply the policy's form-action to redirects, too. The page
# with the button is shown instead.
LEADS_AWAY, ITS_PAGE = "/services/zoom/connect", "/services"


def next_page(text: str) -> str:
    """The path with its query, or "" if it is not a path of this site.

    Browsers treat a backslash as a slash and ignore tabs and line breaks, so `/\\host` and
    `/<tab>/host` would lead to other sites.
    """
    is_path = text.startswith("/") and not text.startswith("//")
    if not is_path or "\\" in text or not text.isprintable() or len(text) > LONGEST:
        return ""
    return ITS_PAGE if unquote(urlsplit(text).path) == LEADS_AWAY else text
