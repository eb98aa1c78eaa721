"""Signing in with a link, as people do it: without JavaScript, by keyboard, on a phone."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.web.page.site import Site

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_the_link_names_the_person_and_its_button_signs_in(
    java_script: bool, site: Site, open_page: OpenPage
) -> None:
    page = open_page(java_script_enabled=java_script)
    page.goto(f"{site.link('member')}&next={quote('/timeline?day=2026-03-10')}")
    expect(page.get_by_role("heading", name="Sign in to WorkSights")).to_be_visible()
    expect(page.get_by_text("member@acme.example")).to_be_visible()
    page.get_by_role("button", name="Sign in as Member of Acme").click()
    expect(page.get_by_role("heading", name="What WorkSights shows about you")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{site.base}/timeline?day=2026-03-10")
    page.go_back()
    page.go_back()
    expect(page.get_by_text("You are already signed in as Member of Acme.")).to_be_visible()
    page.get_by_role("link", name="Go to the start page").click()
    expect(page).to_have_url(f"{site.base}/timeline")


def test_the_keyboard_reaches_the_button_after_two_stops(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.link("member"))
    for name in ("Skip to content", "WorkSights"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign in as Member of Acme")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page).to_have_url(f"{site.base}/timeline")


def test_the_button_is_in_sight_on_a_phone(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.set_viewport_size(PHONE)
    page.goto(site.link("member"))
    button = page.get_by_role("button", name="Sign in as Member of Acme")
    expect(button).to_be_in_viewport(ratio=1)
    assert button.bounding_box()["height"] >= 44  # a finger's width
    button.click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{site.base}/timeline")


def test_a_signed_in_visitor_can_stay_or_switch(site: Site, page_of: OpenPage) -> None:
    page, link = page_of("admin"), site.link("member", "globex")
    page.goto(link)
    expect(page.get_by_role("heading", name="Switch to another person?")).to_be_visible()
    expect(page.get_by_text("admin@acme.example")).to_be_visible()
    page.get_by_role("link", name="Stay signed in as Admin of Acme").click()
    expect(page).to_have_url(f"{site.base}/services/zoom/overview")
    page.goto(link)
    page.get_by_role("button", name="Switch to Member of Globex").click()
    expect(page.get_by_role("banner")).to_contain_text("Member of Globex")


def test_a_form_on_another_site_does_not_sign_in(site: Site, open_page: OpenPage) -> None:
    """Not even after this browser has opened the link: it reports the origin of the form."""
    link = site.link("member", "globex")
    token = link.partition("token=")[2]
    form = f"""
        <!doctype html><title>Elsewhere</title>
        <form method="post" action="{site.base}/sign-in">
        <input name="token" value="{token}"><button>Win a prize</button></form>
    """
    page = open_page()
    page.goto(link)
    page.route(
        "http://elsewhere.example/",
        lambda route: route.fulfill(body=form, content_type="text/html"),
    )
    page.goto("http://elsewhere.example/")
    page.get_by_role("button", name="Win a prize").click()
    expect(page.get_by_role("heading", name="Your change was not saved")).to_be_visible()
    page.goto(f"{site.base}/account")
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("button", name="Sign in as Member of Globex")).to_be_visible()
