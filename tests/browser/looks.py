"""What a visitor gets from a page: one visit, with all its checks."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
# Registered before anything is drawn. Shifts right after an input are caused by the visitor.
WATCH_SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            if (!entry.hadRecentInput) window.shifted += entry.value;
        }
    }).observe({type: "layout-shift", buffered: true});
"""
# Only the findings: all that axe says of a page is 50 KB.
FIND_BARRIERS = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
# Words that are not on one line, of tables and everything else that people read. Addresses may be
# broken after their marks, and codes anywhere.
BROKEN_WORDS = """() => {
    const broken = [];
    for (const part of document.querySelectorAll("header, nav, main")) {
        const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            if (text.parentElement.closest(".unseen, caption, code, title")) continue;
            for (const word of text.data.matchAll(/[\\p{L}\\p{M}\\p{N}]+/gu)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const lines = [...range.getClientRects()].map(box => Math.round(box.top));
                if (new Set(lines).size > 1) broken.push(word[0]);
            }
        }
    }
    return broken;
}"""
# Texts of which so little is shown that nobody can tell what they are. A block of the timeline may
# be low: then its words are in its title, too, and in the list beside it.
READABLE = 12  # letters
CUT_TEXTS = """() => {
    const cut = [];
    for (const one of document.querySelectorAll("header *, nav *, main *")) {
        const style = getComputedStyle(one), letter = parseFloat(style.fontSize) / 2;
        if (!["hidden", "clip"].includes(style.overflowX) || one.closest(".unseen, svg")) continue;
        if (style.clipPath !== "none") continue;
        if (one.scrollWidth <= one.clientWidth + 1 || !one.textContent.trim()) continue;
        if (one.clientWidth / letter < READABLE) cut.push(one.textContent.trim());
    }
    return cut;
}""".replace("READABLE", str(READABLE))
NARROW_DESK = 1100  # pixels
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Look:
    """`barriers` are axe's serious and critical findings with their elements, `foreign` the
    requests to other sites, `said` the browser's complaints (policy violations, script errors),
    `shifted` the cumulative layout shift, `broken` the words broken inside in tables.
    """

    status: int
    barriers: list[str]
    foreign: list[str]
    said: list[str]
    wider_by: int
    shifted: float
    broken: list[str]


def look_at(page: Page, address: str) -> Look:
    """Visits this address in a context that runs WATCH_SHIFTS. axe is injected through the
    browser's debugger, which the page's policy does not restrict: it stays as strict as for
    visitors. Visits one after another in the same tab take half the time of a new tab for each.
    """
    asked: list[str] = []
    said: list[str] = []
    listeners = {
        "request": lambda request: asked.append(request.url),
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        return _look(page, address, asked=asked, said=said)
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)


def _look(page: Page, address: str, *, asked: list[str], said: list[str]) -> Look:
    answer = page.goto(address)
    page.evaluate(DRAWN)
    # The browser logs each error status, but a refusal is a page to check, too.
    complaints = [text for text in said if "Failed to load resource" not in text or answer.ok]
    host = urlsplit(page.url).netloc
    wider_by = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    shifted = page.evaluate("window.shifted")
    return Look(
        status=answer.status,
        barriers=barriers_of(page),
        foreign=[url for url in asked if urlsplit(url).netloc != host],
        said=complaints,
        wider_by=wider_by,
        shifted=round(shifted, 4),
        broken=_broken_words(page),
    )


def barriers_of(page: Page) -> list[str]:
    """axe's serious and critical findings on the page as it is now."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(FIND_BARRIERS)
    return [
        f"{one['id']}: {node['target'][0]} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def _broken_words(page: Page) -> list[str]:
    """At the page's width; a desktop's also at the least one at which tables are not cards."""
    found: list[str] = page.evaluate(BROKEN_WORDS)
    size = page.viewport_size
    if size and size["width"] > NARROW_DESK and page.locator("table").count():
        page.set_viewport_size({**size, "width": NARROW_DESK})
        found += page.evaluate(BROKEN_WORDS)
        page.set_viewport_size(size)
    return found
