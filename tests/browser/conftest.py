"""One Chromium for the whole process, and a page in it for each visitor. It is Debian's Chromium;
without it these tests are not collected, and the last lines of the run say how to add them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from integration.web.page.visit import NOTICE
from tests.conftest import CHROMIUMS
from tests.patience import PATIENCE
from tests.web.page.fixtures import shared_site, site, zoom
from tests.web.page.site import Site
from tests.web.page.story import story

__all__ = ["shared_site", "site", "story", "zoom"]

CHROMIUM = next((found for name in CHROMIUMS if (found := which(name))), None)
# No background calls to Google's hosts: the browser connects only to the page under test.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Each page runs its scripts once, and axe: what optimizing them takes is never made up for.
    "--js-flags=--no-maglev,--no-turbofan",
    "--accept-lang=en-GB",  # the day first, whatever the machine's language is
]  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:  # noqa: ARG001
    return True if CHROMIUM is None and collection_path.name.startswith("test_") else None


# Package scope, not session: while it runs, no other test can run an event loop.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, timeout=PATIENCE * 1000
    )
    # A part of a page under way is fetched again every five seconds, the time that is the default.
    expect.set_options(timeout=PATIENCE * 1000)
    yield running
    running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser without cookies: `open_page(**context_options)`."""
    with ExitStack() as stack:

        def opened(**options: Any) -> Page:
            context = browser.new_context(viewport=DESKTOP, **options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE * 1000)
            return context.new_page()

        yield opened


def sign_in(page: Page, link: str) -> None:
    """Opens a sign-in link and presses its button, as a person does, and that of the notice."""
    page.goto(link)
    # Playwright waits forever for a page that is closed while it navigates.
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in as").click()
    if urlsplit(page.url).path == NOTICE:
        with page.expect_navigation():
            page.get_by_role("button", name="Continue").click()


@pytest.fixture
def page_of(site: Site, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """A page on which a user with this role has just signed in: `page_of("executive")`."""

    def signed_in(role: str, organization: str = "acme", **options: Any) -> Page:
        page = open_page(base_url=site.base, **options)
        sign_in(page, site.link(role, organization))
        return page

    return signed_in
