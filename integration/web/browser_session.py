"""The session cookie, and what proves that a form comes from a page of that session."""

from starlette.requests import Request
from starlette.responses import Response

from integration.signing import Signing
from integration.store.sign_in import SESSION_LIFE

CSRF_FIELD = "csrf_token"


class BrowserSession:
    """Reads and writes the cookie. Behind https it is Secure and bound to the host by its name."""

    def __init__(self, signing: Signing, *, public_url: str) -> None:
        self._signing = signing
        self._public_origin = origin_of(public_url)
        self._is_https = public_url.startswith("https://")
        self._name = "__Host-worksights" if self._is_https else "worksights"

    def read(self, request: Request) -> str | None:
        """The session's secret, or None without a cookie that was signed here."""
        return self._signing.verified(request.cookies.get(self._name, ""), purpose="session")

    def start(self, response: Response, session: str) -> None:
        response.set_cookie(
            self._name,
            self._signing.signed(session, purpose="session"),
            max_age=int(SESSION_LIFE.total_seconds()),
            httponly=True,
            secure=self._is_https,
            samesite="lax",
        )

    def end(self, response: Response) -> None:
        response.delete_cookie(self._name, httponly=True, secure=self._is_https, samesite="lax")

    def csrf_token(self, session: str) -> str:
        return self._signing.seal(session, purpose="form")

    def accepts_form(self, request: Request, *, session: str, token: str) -> bool:
        """Whether a form was sent by a page of this session."""
        return self.is_from_here(request) and self._signing.is_sealed(
            session, token, purpose="form"
        )

    def is_from_here(self, request: Request) -> bool:
        """Whether the browser says that a page of ours sent this, as far as it says anything.

        Under `Referrer-Policy: no-referrer` browsers send "null" as the origin of our own forms,
        and without https some send no Sec-Fetch-Site: then the token alone decides.
        """
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin", "null")
        return origin in ("null", self._public_origin, origin_of(str(request.base_url)))


def origin_of(url: str) -> str:
    """`https://host:port` of an address; browsers leave the port out when it is the usual one."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].lower()
    usual = {"https": ":443", "http": ":80"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(usual) if usual else host}"
