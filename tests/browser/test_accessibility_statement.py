"""What docs/accessibility.md says about axe: what it finds, and what it leaves to a person."""

import re

import pytest
from playwright.sync_api import Browser

from integration.settings import PROJECT
from tests.browser.conftest import DESKTOP, sign_in
from tests.browser.looks import HOLD_AXE
from tests.patience import PATIENCE
from tests.web.page.site import Site, user_id_of

STATEMENT = (PROJECT / "docs" / "accessibility.md").read_text()
# One page of each kind, and every page with a picture.
PAGES = (
    "/services/zoom/overview",
    "/services/zoom/users",
    "/services/zoom/domains",
    "/services/zoom/privacy/exclusions",
    "/team?week=2026-W11",
    f"/timeline/{user_id_of('member')}?day=2026-03-10",
    f"/timeline/{user_id_of('member')}?week=2026-03-10",
    "/clients",
    "/clients/companies/{company_id}",
    "/missing?from=2026-03-01&to=2026-03-20&outcome=all",
    "/account",
)
EVERYTHING = """() => {
    loadAxe();
    return axe.run({resultTypes: ["violations", "incomplete"]}).then(found => ({
        version: found.testEngine.version,
        violations: found.violations.map(one => one.id),
        incomplete: found.incomplete.map(one => one.id),
    }));
}"""
UNDECIDED = {"color-contrast"}  # of text in pictures


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_leaves_the_contrast_in_pictures_to_a_person(
    scheme: str, story: Site, browser: Browser
) -> None:
    """Not even minor or moderate findings, or those of rules outside WCAG."""
    ((company_id,),) = story.rows(
        "select company_id from clientsights.people "
        "where organization_id = 'acme' and email = 'cleo@client-one.com'"
    )
    found, undecided = {}, set()
    with (
        browser.new_context(base_url=story.base, viewport=DESKTOP, color_scheme=scheme) as context,
        context.new_page() as page,
    ):
        context.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(HOLD_AXE)
        sign_in(page, story.link("executive"))
        for path in PAGES:
            assert page.goto(path.format(company_id=company_id)).ok
            seen = page.evaluate(EVERYTHING)
            undecided |= set(seen["incomplete"])
            if seen["violations"]:
                found[path] = seen["violations"]
    assert found == {}
    assert undecided == UNDECIDED
    assert re.findall(r"axe-core ([\d.]+\d)", STATEMENT) == [seen["version"]]
