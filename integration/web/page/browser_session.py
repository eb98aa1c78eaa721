"""The cookies of sessions and opened sign-in links, and the protection of forms against CSRF."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from integration.sign_in.sessions import LINK_LIFE, SESSION_LIFE
from integration.sign_in.signing import Signing

CSRF_FIELD = "csrf_token"


class BrowserSession:
    """Reads and writes the cookies. With https they are Secure and have the prefix __Host-."""

    def __init__(self, signing: Signing, *, public_url: str) -> None:
        self._signing = signing
        self._public_origin = origin_of(public_url)
        self.is_https = public_url.startswith("https://")
        self.name = "__Host-worksights" if self.is_https else "worksights"
        self._opened_name = f"{self.name}-sign-in"

    def read(self, request: Request) -> str | None:
        """The session's secret, or None without a validly signed cookie."""
        return self._signing.verified(request.cookies.get(self.name, ""), purpose="session")

    def start(self, response: Response, session: str) -> None:
        value = self._signing.signed(session, purpose="session")
        self._set(response, self.name, value, life=SESSION_LIFE)
        self._delete(response, self._opened_name)

    def end(self, response: Response) -> None:
        self._delete(response, self.name)

    def read_opened(self, request: Request) -> str | None:
        """The secret of a browser that has opened a sign-in link; it does not sign anyone in."""
        cookie = request.cookies.get(self._opened_name, "")
        return self._signing.verified(cookie, purpose="before-sign-in")

    def remember_opened(self, response: Response, secret: str) -> None:
        value = self._signing.signed(secret, purpose="before-sign-in")
        self._set(response, self._opened_name, value, life=LINK_LIFE)

    def csrf_token(self, session: str) -> str:
        return self._signing.seal(session, purpose="form")

    def accepts_form(self, request: Request, *, session: str, token: str) -> bool:
        """Whether a page of this session, or of this opened link, sent the form."""
        return self.is_from_here(request) and self._signing.is_sealed(
            session, token, purpose="form"
        )

    def is_from_here(self, request: Request) -> bool:
        """Whether one of our pages sent this, according to the browser's headers, if any.

        With `Referrer-Policy: no-referrer`, browsers send "null" as the origin of our own forms,
        and without https some send no Sec-Fetch-Site. Then only the token decides.
        """
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin", "null")
        return origin in ("null", self._public_origin, origin_of(str(request.base_url)))

    def _set(self, response: Response, name: str, value: str, *, life: timedelta) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(life.total_seconds()),
            httponly=True,
            secure=self.is_https,
            samesite="lax",
        )

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, httponly=True, secure=self.is_https, samesite="lax")


def origin_of(url: str) -> str:
    """`https://host:port` of an address, without a default port, as browsers send it."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].lower()
    usual = {"https": ":443", "http": ":80"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(usual) if usual else host}"
