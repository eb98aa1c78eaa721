"""Overview and Missing after a failure to derive: Overview leads to Missing."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, sign_in
from tests.browser.looks import WATCH_SHIFTS, Look, look_at
from tests.web.page.failed_sessions import NEVER_DERIVED, fail, session_of
from tests.web.page.site import Site

OpenPage = Callable[..., Page]
GOOD = Look(status=200, barriers=[], foreign=[], said=[], wider_by=0, shifted=0, broken=[])


@pytest.fixture
def failing(story: Site) -> Iterator[Site]:
    fail(story, "pipeline.settings")
    fail(story, "timeline.activities", session_id=session_of(story, "Salary round"))
    fail(story, "intermediate.int_meeting_sessions", session_id=NEVER_DERIVED)
    story.rows(
        "insert into pipeline.run_failures (run_id, job, steps) "
        "values ('audit', 'nightly_audit', '{dbt_models}')"
    )
    yield story
    story.rows("delete from pipeline.failures")
    story.rows("delete from pipeline.run_failures")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_failures_are_shown_without_barriers_at_every_size(
    size: dict[str, int], failing: Site, open_page: OpenPage
) -> None:
    page = open_page(base_url=failing.base)
    page.set_viewport_size(size)
    page.add_init_script(WATCH_SHIFTS)
    sign_in(page, failing.link("executive"))
    overview = look_at(page, "/services/zoom/overview")
    page.get_by_role("link", name="Show them").click()
    expect(page.get_by_role("heading", name="Could not be processed")).to_be_in_viewport()
    expect(page.get_by_text("Salary round").first).to_be_visible()
    missing = look_at(page, "/missing?from=2026-03-10&to=2026-03-10&outcome=all")
    page.get_by_role("link", name="Salary round").first.click()
    expect(page.get_by_text("Part of this session could not be processed")).to_be_visible()
    one = look_at(page, page.url)
    assert (overview, missing, one) == (GOOD, GOOD, GOOD)
