"""People and domains in the browser: a company gets its name, an address is tried, and nothing
needs a script.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from simulator.world import World
from tests.browser.conftest import PHONE, sign_in
from tests.browser.looks import barriers_of
from tests.web.page.batched import Batched, batched_site
from tests.web.page.domains_story import MORE

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def batched(
    server_url: str, zoom: tuple[World, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Batched]:
    with batched_site(server_url, zoom, tmp_path_factory.mktemp("home"), more=MORE) as batched:
        yield batched


def test_a_company_is_renamed_from_its_page_and_has_the_name_with_the_next_batch(
    batched: Batched, open_page: OpenPage
) -> None:
    page = open_page(base_url=batched.site.base)
    sign_in(page, batched.site.link("executive"))
    page.goto("/clients")
    page.get_by_role("link", name="Contoso", exact=True).first.click()
    expect(page.get_by_text("guessed").first).to_be_visible()
    page.get_by_role("link", name="Edit this company").click()
    page.get_by_label("Name of the company").fill("Contoso Holding")
    page.locator("form", has=page.get_by_label("Name of the company")).get_by_role(
        "button", name="Preview"
    ).click()
    expect(page.get_by_text("No one moves. Only the name changes.")).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_role("button", name="Undo this change")).to_be_visible()

    batched.batch()
    page.goto("/clients")
    expect(page.get_by_role("link", name="Contoso Holding", exact=True).first).to_be_visible()


def test_an_address_is_tried_on_a_dark_phone_without_scripts(
    batched: Batched, open_page: OpenPage
) -> None:
    page = open_page(
        base_url=batched.site.base,
        java_script_enabled=False,
        color_scheme="dark",
    )
    page.set_viewport_size(PHONE)
    sign_in(page, batched.site.link("technical_admin"))
    page.locator(".menu summary").click()
    page.get_by_role("link", name="People and domains").click()
    page.get_by_role("link", name="Try an address").click()
    page.get_by_label("Email address").fill("Info@Contoso.com")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("heading", name="A shared address at Contoso")).to_be_visible()
    expect(page.get_by_text("This settles it.")).to_have_count(1)
    expect(page).to_have_url(f"{batched.site.base}/services/zoom/domains/try")


def test_a_wrong_domain_keeps_the_form_and_the_pages_have_no_barrier(
    batched: Batched, open_page: OpenPage
) -> None:
    """In the dark, with what other tests do not open: an error, a preview, an answer."""
    page = open_page(base_url=batched.site.base, color_scheme="dark")
    sign_in(page, batched.site.link("owner"))
    page.goto("/services/zoom/domains")
    page.get_by_label("Domain", exact=True).fill("gmail.com")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_contain_text("provides mailboxes to the public")
    expect(page.get_by_label("Domain", exact=True)).to_have_value("gmail.com")
    assert barriers_of(page) == []
    page.goto("/services/zoom/domains/change?do=merge&domain=fabrikam.co.uk&into=fabrikam.com")
    expect(page.get_by_role("table", name="Who moves")).to_be_visible()
    assert barriers_of(page) == []
    page.goto("/services/zoom/domains/try")
    page.get_by_label("Email address").fill("jo@gmail.com")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("heading", name="A person without a company")).to_be_visible()
    assert barriers_of(page) == []
