"""Cleaning only: for texts that are compared as they are, not by their key."""

import pytest

from integration.identity.cleaning import cleaned, cleaned_domain, cleaned_email

EMAILS = {
    "Ken@X.com": "ken@x.com",
    "  ken@x.com\u00a0": "ken@x.com",
    "\u200bken@x.com": "ken@x.com",
    "zoe\u0308@x.com": "zo\u00eb@x.com",
    "\u00d6mer@X.com": "\u00d6mer@x.com",
    "Dana <dana@vet.com>": "dana@vet.com",
    "mailto:dana@doctor.com.": "dana@doctor.com",
    "Ann.Lee+Zoom@Gmail.com": "ann.lee+zoom@gmail.com",
    '"Ann Lee"@x.com': '"ann lee"@x.com',
    "ann@b\u00fccher.de": "ann@xn--bcher-kva.de",
    "ann@192.0.2.10": "ann@[192.0.2.10]",
}
NO_EMAILS = (
    None, "", "  ", "n/a", "ken", "ken@", "@x.com", "ken@x com", "a@x.com, b@x.com",
    "ken lee@x.com", "ken@under_score.com", "x.com",
)  # fmt: skip
SETTINGS = {
    "Notary.com ": "notary.com",
    "@lawfirm.com": "lawfirm.com",
    "*.clinic.com": "clinic.com",
    "*@bank.com": "bank.com",
    "https://union.org": "union.org",
    "HTTPS://www.Union.org/members?x=@y": "union.org",
    "www.press.com": "press.com",
    "www.com": "www.com",
    "court.gov.uk.": "court.gov.uk",
    "b\u00fccher.de": "xn--bcher-kva.de",
    "mailto:dana@doctor.com": "dana@doctor.com",
    "Dana <dana@vet.com>": "dana@vet.com",
    "dana@www.vet.com": "dana@www.vet.com",
    "192.0.2.10": "[192.0.2.10]",
}
NO_SETTINGS = ("", "a@x.com, b@x.com", "x.com, y.com", "law firm", "*", "@", "https://", "x_y.com")


@pytest.mark.parametrize("text", EMAILS)
def test_an_email_is_cleaned(text: str) -> None:
    assert cleaned_email(text) == EMAILS[text]


@pytest.mark.parametrize("text", NO_EMAILS)
def test_a_text_without_exactly_one_address_is_not_an_email(text: str | None) -> None:
    assert cleaned_email(text) is None


@pytest.mark.parametrize("text", SETTINGS)
def test_a_setting_is_an_address_or_a_domain(text: str) -> None:
    assert cleaned(text) == SETTINGS[text]


@pytest.mark.parametrize("text", NO_SETTINGS)
def test_a_setting_that_is_neither_is_ignored(text: str) -> None:
    assert cleaned(text) is None


@pytest.mark.parametrize("text", ["dana@vet.com", "192.0.2.10"])
def test_an_address_is_not_a_domain(text: str) -> None:
    assert cleaned_domain(text) is None
