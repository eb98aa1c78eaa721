"""What a visitor gets from a page: one visit, with all its checks."""

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
# Registered before anything is drawn. Shifts right after an input are caused by the visitor. What
# the browser has not reported yet is asked for.
WATCH_SHIFTS = """{
    let moved = 0;
    const add = shifts => {
        for (const one of shifts) if (!one.hadRecentInput) moved += one.value;
    };
    const watcher = new PerformanceObserver(list => add(list.getEntries()));
    watcher.observe({type: "layout-shift", buffered: true});
    Object.defineProperty(window, "shifted", {
        get() { add(watcher.takeRecords()); return moved; },
    });
}"""
# Half a megabyte. As a function that comes with each page of a tab, it is sent to the browser and
# parsed once (28 instead of 75 CPU ms a page).
HOLD_AXE = f"window.loadAxe = () => {{\n{AXE_SCRIPT}\n}};"
# Only the findings: all that axe says of a page is 50 KB. A finding has the impact of its rule, so
# the rules that can find nothing serious are left out, and with them the preloading of all styles
# that one of them needs.
FIND_BARRIERS = """() => {
    if (!window.loadAxe) return null;
    loadAxe();
    const mild = axe._audit.rules.filter(rule => ["minor", "moderate"].includes(rule.impact));
    return axe.run({
        resultTypes: ["violations"],
        rules: Object.fromEntries(mild.map(rule => [rule.id, {enabled: false}])),
    }).then(found => found.violations);
}"""
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
# All that barriers and broken words depend on, and what else is measured.
MEASURE = """() => ({
    picture: [
        location.href, innerWidth, innerHeight,
        matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("print").matches,
        document.documentElement.outerHTML,
    ].join("\\n"),
    widerBy: document.documentElement.scrollWidth - innerWidth,
    shifted: window.shifted,
})"""


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


# What was found on the pages that a tab has shown, by their pictures: in many states of a site most
# pages are the same.
_FOUND: WeakKeyDictionary[Page, dict[bytes, tuple[list[str], list[str]]]] = WeakKeyDictionary()


def look_at(page: Page, address: str) -> Look:
    """Visits this address in a context that runs WATCH_SHIFTS. axe is injected through the
    browser's debugger, which the page's policy does not restrict: it stays as strict as for
    visitors. Visits one after another in the same tab take half the time of a new tab for each.
    """
    if page not in _FOUND:
        page.add_init_script(HOLD_AXE)
        _FOUND[page] = {}
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
    measured = page.evaluate(MEASURE)
    barriers, broken = _found(page, measured["picture"])
    return Look(
        status=answer.status,
        barriers=barriers,
        foreign=[url for url in asked if urlsplit(url).netloc != host],
        said=complaints,
        wider_by=measured["widerBy"],
        shifted=round(measured["shifted"], 4),
        broken=broken,
    )


def _found(page: Page, picture: str) -> tuple[list[str], list[str]]:
    """The barriers and the broken words."""
    key = sha256(picture.encode()).digest()
    if key in _FOUND[page]:
        return _FOUND[page][key]
    found = barriers_of(page), _broken_words(page)
    if page.evaluate(MEASURE)["picture"] == picture:  # no part of it has been replaced meanwhile
        _FOUND[page][key] = found
    return found


def barriers_of(page: Page) -> list[str]:
    """axe's serious and critical findings on the page as it is now."""
    found = page.evaluate(FIND_BARRIERS)
    if found is None:
        page.evaluate(HOLD_AXE)
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
