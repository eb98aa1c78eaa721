"""The web part as one Starlette app: the receiver, the page, or both, and the routes for
monitoring.

It starts without a database, because Zoom retries after a receiver's 503. It recovers automatically
when the database is back.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from integration.database.role_names import Role
from integration.settings import Settings
from integration.web.health import ROUTES
from integration.web.metrics.port import MetricsPort, OnlyOnItsPort
from integration.web.part import Part
from integration.web.receiver.part import receiver_part
from integration.web.request_ids import RequestIds
from integration.web.security import SecurityHeaders
from integration.web.stopping import ClosesConnections, Stopping


def create_app(
    settings: Settings, url: str, *, receiver_url: str | None = None, only: Role | None = None
) -> Starlette:
    """The app, or `only` its receiver or page, on the database at `url`; the receiver may have an
    address of its own. SettingsError without what a part needs, such as a webhook secret.
    """
    parts: list[Part] = []
    if only != "page":
        parts.append(receiver_part(settings, receiver_url or url))
    if only != "receiver":
        from integration.web.page_part import page_part  # a receiver does not load the page

        parts.append(page_part(settings, url))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as running:
            state: dict[str, Any] = {}
            for part in reversed(parts):  # what both have is the receiver's: readiness and metrics
                state |= await running.enter_async_context(part.run())
            yield state

    stopping, metrics_port = Stopping(), MetricsPort()
    app = Starlette(
        routes=[*ROUTES, *(route for part in parts for route in part.routes)],
        middleware=[
            Middleware(RequestIds),
            Middleware(ClosesConnections, stopping=stopping),
            Middleware(OnlyOnItsPort, port=metrics_port),
            Middleware(SecurityHeaders, is_https=any(part.is_https for part in parts)),
        ],
        exception_handlers={
            kind: handler for part in parts for kind, handler in part.error_handlers.items()
        },
        lifespan=lifespan,
    )
    app.state.stopping, app.state.metrics_port = stopping, metrics_port
    return app
