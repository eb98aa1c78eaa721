"""The public page about privacy: everybody can read it, and it says what the code does."""

from html import unescape

from integration.directory.rights import Right, who_may
from integration.privacy.settings import PrivacySettings
from integration.web.privacy.held import held
from integration.web.privacy.routes import SEEN
from integration.zoom.parties import ALL_PARTIES
from tests.web.page.site import Site
from tests.web.page.zoom_users import rows_of, words

OTHERS = {right for right in Right if right.name.startswith("SEE_EVERY_")}


def test_everybody_reads_it_without_a_sign_in(shared_site: Site) -> None:
    stranger = shared_site.stranger()
    page = stranger.get("/privacy/acme")
    assert page.status_code == 200
    assert "Zoom and your privacy at Acme" in page.text
    assert stranger.get("/privacy/no-such-organization").status_code == 404
    assert stranger.get("/privacy/%00").status_code == 404


def test_it_lists_everything_that_is_kept(shared_site: Site) -> None:
    listed = rows_of(unescape(shared_site.stranger().get("/privacy/acme").text))
    assert listed == [[one.what, one.purpose] for one in held(PrivacySettings())]
    facts = {fact for party in ALL_PARTIES for fact in party} - {"phone_digest"}
    assert len(listed) == len(facts) + 2  # and the topic, and what names nobody


def test_it_names_the_roles_that_see_others(shared_site: Site) -> None:
    page = words(shared_site.stranger().get("/privacy/acme").text)
    assert set(SEEN) >= OTHERS
    for right in SEEN:
        assert f"{who_may(right)} of Acme: {SEEN[right]}." in page


def test_it_says_what_the_settings_of_the_organization_change(site: Site) -> None:
    for name, value in (
        ("topics", "none"),
        ("phone_numbers", "masked"),
        ("view", "grouped"),
        ("retention_months", "7"),
    ):
        site.rows(
            "insert into integration.privacy_settings (organization_id, name, value) "
            "values ('acme', %s, %s) returning 1",
            name,
            value,
        )
    page = words(site.stranger().get("/privacy/acme").text)
    assert "Topic of a meeting" not in page
    assert "Country and last two digits of a phone number" in page
    assert "A digest of a phone number" in page
    assert "figures only about groups of at least 5 people" in page
    assert SEEN[Right.SEE_EVERY_TIMELINE] not in page
    assert "Sessions, people and companies: 7 months." in page
    assert "Users: 7 months after they were deactivated, or after Zoom last listed them." in page
    assert "deleted in whole months, so they can be kept for up to one month longer." in page


def test_the_contact_and_the_deadlines_are_those_of_the_settings(site: Site) -> None:
    page = words(site.stranger().get("/privacy/acme").text)
    assert "Ask the person at Acme who is responsible for WorkSights." in page
    assert "they are deleted after 7 days" in page
    site.settings.values.update(
        PRIVACY_CONTACT="privacy@acme.example", ERASE_AFTER_DAYS="2", QUARANTINE_DAYS="1"
    )
    page = words(site.stranger().get("/privacy/acme").text)
    assert "Write to: privacy@acme.example." in page
    assert "they are deleted after 2 days" in page
    assert "could not be read: 1 day." in page


def test_the_account_page_leads_to_it(shared_site: Site) -> None:
    assert 'href="/privacy/acme"' in shared_site.visitor("member").get("/account").text
