"""What Zoom does not report fits a phone, whatever the length of Zoom's names."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.looks import barriers_of
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site

TABS = ("/services/zoom/connections", "/services/zoom/overview")


@pytest.mark.parametrize("path", TABS)
def test_missing_permissions_and_events_fit_a_phone(
    path: str, site: Site, page_of: Callable[..., Page]
) -> None:
    site.connect("acme", ACCOUNTS[0])
    site.rows(
        "insert into integration.tokens (connection_id, organization_id, grant_type, scope) "
        "select connection_id, organization_id, 'authorization_code', 'user:read:admin' "
        "from integration.connections"
    )
    site.rows(
        "update integration.connections set subscription_read_at = now(), missing_events = "
        """'["meeting.participant_joined_breakout_room", "phone.callee_call_history_completed"]'"""
    )
    page = page_of("admin")
    page.set_viewport_size(PHONE)
    page.goto(path)
    expect(page.get_by_role("heading", name="has not granted all permissions")).to_be_visible()
    expect(page.get_by_text("phone.callee_call_history_completed. Add them on")).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert barriers_of(page) == []
