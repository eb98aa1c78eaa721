"""The web part as one Starlette app: the receiver and what operators look at.

It starts without a database, because a receiver that answers 503 makes Zoom try again, and recovers
by itself.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integration.settings import PLACEHOLDER, Settings, SettingsError
from integration.store.deliveries import receiver_pool
from integration.web.health import healthz, new_metrics, readyz, show_metrics
from integration.web.receiver import receive

# Sign-in tokens and OAuth codes are in query strings: no other site may learn them as the referrer.
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


def create_app(settings: Settings, url: str) -> Starlette:
    """The app on the database at `url`; SettingsError without a usable webhook secret."""
    webhook_secrets = _live_secrets(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with receiver_pool(url) as pool:  # does not wait for a connection
            yield {"pool": pool, "webhook_secrets": webhook_secrets, "metrics": new_metrics()}

    return Starlette(
        routes=[
            Route("/webhooks/zoom", receive, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", show_metrics),
        ],
        middleware=[Middleware(_without_referrer)],
        exception_handlers={Exception: _failed},
        lifespan=lifespan,
    )


def _live_secrets(settings: Settings) -> tuple[str, ...]:
    secrets = settings.webhook_secrets
    if not secrets or PLACEHOLDER in secrets:
        raise SettingsError(
            "ZOOM_WEBHOOK_SECRET_TOKEN holds no secret, or a placeholder. "
            "Put the secret token of the Zoom app into it; several are separated by commas."
        )
    return secrets


def _without_referrer(app: ASGIApp) -> ASGIApp:
    async def with_header(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(NO_REFERRER)
            await send(message)

        await app(scope, receive, send_with_header)

    return with_header


async def _failed(_request: Request, _error: Exception) -> Response:
    """The answer to a mistake of ours, given outside the middleware; the server logs it."""
    return PlainTextResponse(
        "Something went wrong here. Try again.\n", status_code=500, headers=NO_REFERRER
    )
