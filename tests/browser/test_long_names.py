"""Names as long as they are in life: no word is broken, and nothing is cut so that it cannot be
read, at a desk, in a narrow window and on a phone.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from integration.web.page.templating import WEB
from integration.web.pages import PAGES
from simulator.world import World
from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import BROKEN_WORDS, CUT_TEXTS, DRAWN, NARROW_DESK
from tests.patience import PATIENCE
from tests.web.page.batched import Batched
from tests.web.page.long_names import BUSIEST, DOMAINS, ids_of, site_with_long_names

WIDTHS = {"desk": DESKTOP["width"], "narrow": NARROW_DESK, "phone": PHONE["width"]}
MONTH = "from=2026-02-20&to=2026-03-10"
# Besides the pages as they open: with a period in which there is something, and previews.
FULL = (
    "/team?week=2026-W11",
    "/team?month=2026-03",
    f"/timeline/{{user_id}}?day={BUSIEST}",
    f"/timeline/{{user_id}}?week={BUSIEST}",
    "/timeline?find=o",
    "/clients?period=all",
    "/clients/people?sort=name",
    "/clients/companies/{company_id}?weights=1",
    f"/missing?{MONTH}",
    f"/missing?{MONTH}&outcome=all",
    "/search?q=e",
    "/services/zoom/users?show=unmapped",
    "/services/zoom/users?show=without",
    "/services/zoom/users/{zoom_user_id}?q=o",
    f"/services/zoom/users/{{zoom_user_id}}/change?to={{user_id}}&since=day&day={BUSIEST}",
    f"/services/zoom/features/users/{{user_id}}/change?feature=meetings&to=off&since=day&day={BUSIEST}",
    "/services/zoom/domains/companies?q=o",
    f"/services/zoom/domains/company?domain={DOMAINS[0]}",
    f"/services/zoom/domains/change?do=merge&domain={DOMAINS[0]}&into={DOMAINS[3]}",
)
LOOK = f"""[
    ({BROKEN_WORDS})(), ({CUT_TEXTS})(),
    document.documentElement.scrollWidth > innerWidth,
]"""
Seen = tuple[list[str], list[str], bool]
WIDTH = re.compile(r"width|matchMedia|resize|getBoundingClientRect|\bscreen\b", re.IGNORECASE)
ADDRESSES = [
    *(
        route.path
        for route in PAGES
        if route.method == "GET" and not route.path.endswith((".csv", "/connect", "/download", "/"))
    ),
    *FULL,
]


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with site_with_long_names(server_url, zoom, tmp_path_factory.mktemp("home")) as batched:
        yield batched


@pytest.fixture(scope="module")
def addresses(batched: Batched) -> list[str]:
    """Those of an address with another name are not found, and have no names."""
    ids = defaultdict(lambda: "none", ids_of(batched))
    return [path.format_map(ids) for path in ADDRESSES]


@pytest.fixture(scope="module")
def page(batched: Batched, browser: Browser) -> Iterator[Page]:
    with browser.new_context(base_url=batched.site.base) as context:
        context.set_default_timeout(PATIENCE * 1000)
        tab = context.new_page()
        sign_in(tab, batched.site.link("executive"))
        yield tab


@pytest.fixture(scope="module")
def seen(page: Page, addresses: list[str]) -> dict[str, dict[str, Seen]]:
    """What is wrong at each width, by address. Each page is loaded once: its styles alone make it
    different at another width (the last test).
    """
    found: dict[str, dict[str, Seen]] = {size: {} for size in WIDTHS}
    for path in addresses:
        page.goto(path)
        for size, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(DRAWN)
            broken, cut, wide = page.evaluate(LOOK)
            if broken or cut or wide:
                found[size][path] = (broken, cut, wide)
    return found


@pytest.mark.parametrize("size", WIDTHS)
def test_no_name_is_broken_or_cut_until_it_cannot_be_read(
    seen: dict[str, dict[str, Seen]], size: str
) -> None:
    assert seen[size] == {}, "\n".join(f"{path}: {what}" for path, what in seen[size].items())


def test_no_script_looks_at_the_width_of_the_window() -> None:
    """Otherwise a page could differ from one that is loaded at that width."""
    scripts = {file.name: file.read_text() for file in WEB.rglob("*.js")}
    assert scripts
    assert [name for name, text in scripts.items() if WIDTH.search(text)] == []
