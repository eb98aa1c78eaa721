import re
from tests.browser.test_every_page import ADDRESSES, OTHERS, SIZES, ids, newcomers  # noqa


def test_shots(newcomers, ids, browser):
    site = newcomers
    jars = {}
    for v, link in {
        "executive": lambda: site.link("executive"),
        "member": lambda: site.link("member"),
        "newcomer": lambda: site.link("executive", "newco"),
    }.items():
        with browser.new_context(base_url=site.base) as c:
            p = c.new_page()
            p.goto(link())
            jars[v] = c.cookies()
    jars["stranger"] = []
    for v, path in [*(("executive", a) for a in ADDRESSES), *OTHERS]:
        for size, viewport in SIZES.items():
            with browser.new_context(base_url=site.base, viewport=viewport) as c:
                c.add_cookies(jars[v])
                p = c.new_page()
                p.goto(path.format(**ids))
                name = re.sub(r"[^a-z0-9]+", "_", (v + path).lower()).strip("_")[:90]
                p.screenshot(path=f"/tmp/shots/{name}.{size}.png", full_page=True)
