"""The page as a part of the app."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from anyio import CapacityLimiter
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from integration.database.address import next_steps
from integration.settings import Settings
from integration.sign_in.signing import Signing
from integration.web.metrics.figures import Figures, read_figures
from integration.web.metrics.registry import new_registry
from integration.web.page.app_context import AppContext
from integration.web.page.browser_session import BrowserSession
from integration.web.page.error_pages import error_handlers
from integration.web.page.mail_thread import mail_thread
from integration.web.page.notify_thread import notify_thread
from integration.web.page.pool import can_answer, page_pool
from integration.web.page.templating import STATIC, make_templates
from integration.web.page.visit import PageRoute
from integration.web.pages import PAGES
from integration.web.part import Part
from integration.web.readiness import Readiness
from integration.web.security_txt import contact_uri

# Python runs one thread at a time, and each busy thread delays a delivery by 5 ms.
PAGES_AT_ONCE = 8


def page_part(settings: Settings, url: str) -> Part:
    """Raises SettingsError without a SESSION_KEY or a PUBLIC_URL, or with an unusable
    SECURITY_CONTACT or ZOOM_WEBHOOK_SECRET_TOKEN.
    """
    contact_uri(settings)
    has_own_app = settings.has_own_app
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
    async def run() -> AsyncIterator[dict[str, Any]]:
        page.pool.open(wait=False)
        for thread in threads:
            thread.start()
        try:
            yield {
                "page": page,
                "pages_at_once": CapacityLimiter(PAGES_AT_ONCE),
                "registry": new_registry(settings.home),
                "figures": Figures(
                    partial(read_figures, page.pool, settings.home, has_own_app=has_own_app)
                ),
                "readiness": Readiness(
                    partial(run_in_threadpool, can_answer, page.pool),
                    f"Pages cannot be answered. {next_steps(url)}\n",
                ),
            }
        finally:
            for thread in threads:
                await run_in_threadpool(thread.stop)
            await run_in_threadpool(page.pool.close)

    return Part(page_routes(PAGES), run, is_https, error_handlers(page, is_https=is_https))


def page_routes(pages: Sequence[PageRoute]) -> list[BaseRoute]:
    """The routes of the page. Raises TypeError for one without a declared right."""
    undeclared = [route.path for route in pages if not isinstance(route, PageRoute)]
    if undeclared:
        raise TypeError(f"Routes without a declared right: {undeclared}")
    return [Mount("/static", StaticFiles(directory=STATIC)), *pages]
