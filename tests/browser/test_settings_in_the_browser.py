"""An account's name and owner, exclusions, and what each role may do, as people do it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looks import barriers_of
from tests.web.page.fixtures import ACCOUNTS
from tests.web.page.site import Site, user_id_of

OpenPage = Callable[..., Page]
CHANGES = "/services/zoom/overview/changes"


def test_an_account_gets_a_name_and_another_owner_which_overview_shows_first(
    site: Site, page_of: OpenPage
) -> None:
    site.connect("acme", ACCOUNTS[0])
    page = page_of("admin")
    page.goto("/services/zoom/overview")
    page.get_by_role("link", name=f"Rename Zoom account {ACCOUNTS[0]}").click()
    page.get_by_label("Name", exact=True).fill("Acme Europe")
    page.get_by_label("Integration owner", exact=True).select_option(user_id_of("technical_admin"))
    page.get_by_role("button", name="Save").click()
    page.goto("/services/zoom/overview")
    facts = page.locator(".account-facts > div")
    expect(facts.nth(0)).to_contain_text("Technical Admin of Acme")
    expect(facts.nth(1)).to_contain_text("Acme Europe")
    page.goto(CHANGES)
    expect(page.get_by_text("changed the name of Zoom account Acme Europe")).to_be_visible()
    expect(page.get_by_text("made Technical Admin of Acme the integration owner")).to_be_visible()


def test_the_end_of_a_connection_is_among_the_changes(site: Site, page_of: OpenPage) -> None:
    site.connect("acme", ACCOUNTS[0])
    page = page_of("executive")
    page.goto("/services/zoom/connections")
    page.get_by_role("link", name="Disconnect…").click()
    page.get_by_role("button", name="Disconnect").click()
    page.goto(CHANGES)
    expect(page.locator(".changes li").first).to_contain_text(
        f"Executive of Acme disconnected Zoom account {ACCOUNTS[0]}"
    )
    for path in ("/services/zoom/users", "/services/zoom/features"):
        page.goto(path)
        expect(page.get_by_text("A Zoom account is disconnected")).to_be_visible()


def test_someone_is_excluded_after_a_preview_and_included_again(
    site: Site, page_of: OpenPage
) -> None:
    site.connect("acme", ACCOUNTS[0])
    page = page_of("admin")
    page.goto("/services/zoom/privacy/exclusions")
    page.get_by_label("Value").fill("not an address")
    page.get_by_label("How").select_option("Hide")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Value")).to_have_value("not an address")
    expect(page.get_by_label("Value")).to_have_attribute("aria-invalid", "true")
    assert barriers_of(page) == []
    page.get_by_label("Value").fill("union.example")
    page.get_by_label("How").select_option("Hide")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("including its subdomains")).to_be_visible()
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_role("table", name="Exclusions").get_by_text("union.example")).to_have_count(
        2
    )
    page.get_by_role("button", name="Remove union.example").click()
    expect(page.get_by_text("Nothing is excluded.")).to_be_visible()


def test_a_technical_admin_connects_an_account_and_sees_no_counts_of_sessions(
    site: Site, page_of: OpenPage
) -> None:
    page = page_of("technical_admin")
    page.get_by_role("link", name="Services").click()
    page.get_by_role("link", name="Connect Zoom").click()
    expect(page.locator(".flash")).to_contain_text(f"Zoom account {ACCOUNTS[0]} is connected")
    assert site.rows("select status from integration.connections") == [("active",)]
    for name in ("Users", "Features", "Connections", "Notifications"):
        expect(page.get_by_role("navigation").get_by_role("link", name=name)).to_be_visible()
    for name in ("Team", "Clients"):
        expect(page.get_by_role("navigation").get_by_role("link", name=name)).to_have_count(0)
    page.goto("/services/zoom/users")
    expect(page.get_by_text("Sessions without an entry")).to_have_count(0)


def test_a_manager_starts_with_the_team_and_sees_only_the_days_of_reports(
    site: Site, page_of: OpenPage
) -> None:
    site.rows(
        "update worksights.users set manager_user_id = %s where user_id = %s",
        user_id_of("manager"), user_id_of("member"),
    )  # fmt: skip
    page = page_of("manager")
    expect(page).to_have_url(f"{site.base}/team")
    page.goto(f"/timeline/{user_id_of('member')}")
    expect(page.get_by_role("heading", name="Member of Acme")).to_be_visible()
    page.goto(f"/timeline/{user_id_of('admin')}")
    expect(page.get_by_role("heading", name="Admin of Acme")).to_have_count(0)
