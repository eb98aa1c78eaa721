"""The web part as one Starlette app: the receiver, the routes for monitoring, and the page.

It starts without a database, because Zoom retries after a receiver's 503. It recovers automatically
when the database is back.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from integration.settings import PLACEHOLDER, Settings, SettingsError
from integration.sign_in.signing import Signing
from integration.web.health import healthz, new_metrics, readyz, show_metrics
from integration.web.page.browser_session import BrowserSession
from integration.web.page.error_pages import error_handlers
from integration.web.page.mail_thread import mail_thread
from integration.web.page.notify_thread import notify_thread
from integration.web.page.pool import page_pool
from integration.web.page.templating import STATIC, make_templates
from integration.web.page.visit import AppContext, PageRoute
from integration.web.pages import PAGES
from integration.web.receiver.deliveries import receiver_pool
from integration.web.receiver.endpoint import receive
from integration.web.receiver.readiness import Readiness
from integration.web.security import SecurityHeaders

# Python runs one thread at a time, and each busy thread delays a delivery by 5 ms.
PAGES_AT_ONCE = 8

FOR_PROGRAMS = (
    Route("/webhooks/zoom", receive, methods=["POST"]),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", show_metrics),
)


def create_app(settings: Settings, url: str) -> Starlette:
    """The app on the database at `url`. Raises SettingsError without a usable webhook secret, a
    SESSION_KEY or a PUBLIC_URL.
    """
    webhook_secrets = _live_secrets(settings)
    is_https = settings.public_url.startswith("https://")
    signing = Signing(settings.session_keys)
    pool = page_pool(url)
    page = AppContext(
        settings=settings,
        url=url,
        pool=pool,
        signing=signing,
        browser_session=BrowserSession(signing, public_url=settings.public_url),
        templates=make_templates(),
        rights={route.path: route.right for route in PAGES if route.method == "GET"},
        mails=mail_thread(settings, pool),
        notifier=notify_thread(settings, pool),
    )
    threads = [one for one in (page.mails, page.notifier) if one]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with receiver_pool(url) as pool:  # does not wait for a connection
            page.pool.open(wait=False)
            for thread in threads:
                thread.start()
            try:
                yield {
                    "pool": pool,
                    "webhook_secrets": webhook_secrets,
                    "metrics": new_metrics(),
                    "readiness": Readiness(),
                    "page": page,
                    "pages_at_once": CapacityLimiter(PAGES_AT_ONCE),
                }
            finally:
                for thread in threads:
                    await run_in_threadpool(thread.stop)
                await run_in_threadpool(page.pool.close)

    return Starlette(
        routes=routes(PAGES),
        middleware=[Middleware(SecurityHeaders, is_https=is_https)],
        exception_handlers=error_handlers(page, is_https=is_https),
        lifespan=lifespan,
    )


def routes(pages: Sequence[PageRoute]) -> list[BaseRoute]:
    """All routes of the app. Raises TypeError for a page without a declared right."""
    undeclared = [route.path for route in pages if not isinstance(route, PageRoute)]
    if undeclared:
        raise TypeError(f"Routes without a declared right: {undeclared}")
    return [*FOR_PROGRAMS, Mount("/static", StaticFiles(directory=STATIC)), *pages]


def _live_secrets(settings: Settings) -> tuple[str, ...]:
    secrets = settings.webhook_secrets
    if not secrets or PLACEHOLDER in secrets:
        raise SettingsError(
            "ZOOM_WEBHOOK_SECRET_TOKEN is missing or still a placeholder. Set it to the Zoom "
            "app's secret token; separate several with commas."
        )
    return secrets
