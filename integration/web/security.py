"""Security headers for all responses, against framing, foreign scripts and leaked addresses."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC_PATH = "/static/"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",  # a part of the page that is kept up to date
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    # Sign-in tokens and OAuth codes are in query strings.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}
NEVER_CACHED = "no-store"  # pages show personal data; a shared computer must not keep them
ALWAYS_CACHED = "public, max-age=31536000, immutable"  # addresses of static files have a version


def security_headers(*, is_https: bool) -> dict[str, str]:
    return {**HEADERS, **(HSTS if is_https else {})}


class SecurityHeaders:
    """Middleware that sets the headers on all responses."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._headers = security_headers(is_https=is_https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                is_static = scope["path"].startswith(STATIC_PATH) and message["status"] < 400
                headers["Cache-Control"] = ALWAYS_CACHED if is_static else NEVER_CACHED
            await send(message)

        await self._app(scope, receive, send_with_headers)
