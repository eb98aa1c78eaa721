"""What is left out when a page is looked at, and what is looked at once, hides nothing."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PHONE
from tests.browser.looks import SERIOUS, WATCH_SHIFTS, barriers_of, look_at
from tests.patience import PATIENCE

ADDRESS = "http://here.example/"
# With findings of each impact.
BAD = """
    <!doctype html><title></title><img src="data:,"><h3>A heading</h3><h1></h1>
    <main></main><main><p style="color: #aaa; background: #bbb">pale</p><a href="/x"></a>
    <button></button><input><select><option>one</select><ul><div>one</div></ul><dl><p>one</dl>
    <div role="checkbox" aria-made-up="1"></div><div tabindex="5">first</div></main>
    <meta name="viewport" content="user-scalable=no"><div role="listitem"></div>
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=PHONE) as context, context.new_page() as page:
        context.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(WATCH_SHIFTS)
        yield page


def answer(page: Page, body: str) -> None:
    """Whatever it asks for."""
    page.unroute_all()
    page.route("**", lambda route: route.fulfill(body=body, content_type="text/html"))


def test_the_rules_left_out_find_nothing_serious(page: Page) -> None:
    answer(page, BAD)
    page.goto(ADDRESS)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run().then(found => found.violations)")
    assert {one["impact"] for one in found} == {"minor", "moderate", *SERIOUS}
    serious = [
        f"{one['id']}: {node['target'][0]} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
    assert len(serious) > 10
    assert barriers_of(page) == serious


def test_a_page_that_has_changed_is_looked_at_again(page: Page) -> None:
    good = '<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1></main>'
    for body, bad in ((good, []), (good.replace(' lang="en"', ""), ["html-has-lang"]), (good, [])):
        answer(page, body)
        assert [one.partition(":")[0] for one in look_at(page, ADDRESS).barriers] == bad
