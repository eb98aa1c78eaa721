"""Many Zoom users are mapped at once with the mouse, by keyboard alone, and without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.looks import barriers_of
from tests.web.page.bulk_mapping import UPLOAD, USERS, saved, with_suggestions
from tests.web.page.site import Site, email_of, user_id_of

OpenPage = Callable[..., Page]


@pytest.fixture
def acme(site: Site) -> Site:
    return with_suggestions(site)


def test_suggestions_are_reviewed_saved_and_undone_with_the_mouse(
    acme: Site, page_of: OpenPage
) -> None:
    page = page_of("admin")
    page.goto(f"{USERS}?show=unmapped")
    page.get_by_role("link", name="all suggested").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    # What is typed or chosen in a row selects it.
    page.get_by_label("Map Member of Acme to another WorkSights user").fill("x")
    expect(page.get_by_role("checkbox", name="Select Member of Acme")).to_be_checked()
    page.get_by_label("Map Member of Acme to another WorkSights user").fill("")
    page.get_by_role("checkbox", name="Select Member of Acme").uncheck()
    page.get_by_label("Map Ann Ash to one of the people with that name").select_option(
        "ann2@acme.example"
    )
    expect(page.get_by_role("checkbox", name="Select Ann Ash")).to_be_checked()
    page.get_by_role("button", name="Map selected…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 3 mappings")
    for size in (None, PHONE):
        if size:
            page.set_viewport_size(size)
        assert barriers_of(page) == []
    page.get_by_role("checkbox", name="Map O. W.").uncheck()
    page.get_by_label("From now on").check()
    page.get_by_role("button", name="Update preview").click()
    expect(page.get_by_text("Skipped")).to_be_visible()
    page.get_by_role("button", name="Save 2 mappings").click()
    expect(page.get_by_role("status")).to_contain_text("Mapping of 2 Zoom users saved.")
    expect(page).to_have_url(re.compile("show=unmapped"))
    assert saved(acme) == {
        "zu-ann": ("ann-2", False), "zu-manager": (user_id_of("manager"), False),
    }  # fmt: skip
    page.get_by_role("status").get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo 2 mappings").click()
    expect(page.get_by_role("status")).to_contain_text("Mapping change for 2 Zoom users undone.")
    assert saved(acme) == {"zu-ann": (None, True), "zu-manager": (None, True)}

    # A profile that has a Zoom user is marked before it gets another one.
    page.goto(f"{USERS}/zu-member-2/change?to={user_id_of('member')}")
    expect(page.get_by_text("Member of Acme already has a Zoom user")).to_be_visible()
    page.goto(f"{USERS}/zu-ann")
    expect(page.get_by_text("ann2@acme.example · reports to Manager of Acme")).to_be_visible()


def test_a_room_is_marked_as_nobody_and_mapped_by_email_again_by_keyboard(
    acme: Site, page_of: OpenPage
) -> None:
    page = page_of("admin")
    page.goto(f"{USERS}?show=rooms")
    page.get_by_role("checkbox", name="Select Room Thames").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Map selected to Nobody…").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save 1 mapping").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Mapping of 1 Zoom user saved.")
    assert saved(acme) == {"zu-room": (None, False)}
    page.goto(f"{USERS}/zu-room")
    page.get_by_role("link", name="By email").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Map from now on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Mapping saved.")
    assert saved(acme) == {"zu-room": (None, True)}


def test_the_list_and_its_file_work_without_javascript(
    acme: Site, page_of: OpenPage, tmp_path: Path
) -> None:
    page = page_of("admin", java_script_enabled=False)
    page.goto(f"{USERS}?show=unmapped")
    page.get_by_role("link", name="all suggested").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    page.get_by_label("Map Member of Acme to another WorkSights user").fill(email_of("member"))
    page.get_by_role("button", name="Map selected…").click()
    expect(page.get_by_text("already has the Zoom user Name of zu_member")).to_be_visible()
    page.get_by_role("button", name="Save 3 mappings").click()
    expect(page.get_by_role("status")).to_contain_text("Mapping of 3 Zoom users saved.")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    file = tmp_path / "mappings.csv"
    text = Path(download.value.path()).read_text("utf-8-sig")
    file.write_text(re.sub(r"(zu-room.*),(\r?\n)", r"\1,nobody\2", text), "utf-8")
    page.goto(UPLOAD)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Preview changes").click()
    page.get_by_role("button", name="Save 1 mapping").click()
    expect(page.get_by_role("status")).to_contain_text("Mapping of 1 Zoom user saved.")
    assert saved(acme)["zu-room"] == (None, False)
