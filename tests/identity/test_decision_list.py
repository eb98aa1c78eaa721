"""Every kind and every reason, for an organization with users, own domains and overrides."""

import pytest

from integration.identity import classify as classify_module
from integration.identity import host_facts
from integration.identity.classify import Identity, classify
from integration.identity.rules import OrganizationRules, organization_rules
from tests.identity.laws import OF_THE_TEXT, WITH_COMPANY, WITHOUT_COMPANY, WITHOUT_KEY

OVERRIDES = {
    "nordwind.at": "nordwind.de",
    "labs.nordwind.de": "labs.nordwind.de",
    "gov.scot": "gov.scot",
    "campus-space.io": None,
    "post.lu": "nordwind.de",
    "hafen.shop": "kontor.shop",
    "hafen-labs.io": "labs.hafen.io",
    "mailinator.com": "nordwind.de",
    "hafen-alt.onmicrosoft.com": "hafen.io",
}
# Address, person key (None: the kind has none), kind, host, company, reason.
CASES = [
    ("room@resource.calendar.google.com", "=", "resource", None, "resource_calendar"),
    ("Notetaker+7@otter.ai", "notetaker@otter.ai", "bot", None, "notetaker_bot"),
    ("notetaker@nordwind.de", "=", "human", "nordwind.de", "business"),
    ("i.da+zoom@gmail.com", None, "user", None, "company_user"),
    ("tom@team.hafen.io", None, "internal", None, "internal_domain"),
    ("tom@kontor.shop", None, "internal", None, "internal_domain"),
    ("tom@hafen.shop", None, "internal", None, "internal_domain"),
    ("tom@hafen-alt.onmicrosoft.com", None, "internal", None, "internal_domain"),
    ("tom@hafen-labs.io", None, "internal", None, "internal_domain"),
    ("no_reply@nordwind.de", "=", "automated", None, "automated_sender"),
    ("billing-donotreply@nordwind.de", "=", "automated", None, "automated_sender"),
    ("bounces-77@gmail.com", "=", "automated", None, "automated_sender"),
    ("lena@[192.0.2.7]", "=", "human", None, "ip_literal"),
    ("desk@campus-space.io", "=", "human", None, "override_no_company"),
    ("lena@nordwind.at", "=", "human", "nordwind.de", "domain_alias"),
    ("kontakt@eu.nordwind.at", "=", "role", "nordwind.de", "domain_alias"),
    ("lena@gov.scot", "=", "human", "gov.scot", "suffix_override"),
    ("lena@x.labs.nordwind.de", "=", "human", "labs.nordwind.de", "domain_override"),
    ("lena@mailinator.com", "=", "human", "nordwind.de", "domain_alias"),
    ("lena@eu.relay.firefox.com", "=", "human", None, "relay_domain"),
    ("lena@yopmail.com", "=", "disposable", None, "disposable"),
    ("info@yopmail.com", "=", "disposable", None, "disposable"),
    ("root@printer", "=", "role", None, "special_use_domain"),
    ("lena@nordwind.corp", "=", "human", None, "special_use_domain"),
    ("lena@web.de", "=", "human", None, "free_mail"),
    ("kontakt@web.de", "=", "role", None, "role_at_free_mail"),
    ("lena@nordwind.onmicrosoft.com", "=", "human", "nordwind.onmicrosoft.com", "tenant_domain"),
    (
        "lena@nordwind.mail.onmicrosoft.com",
        "=",
        "human",
        "nordwind.onmicrosoft.com",
        "tenant_domain",
    ),
    ("lena@mail.onmicrosoft.com", "=", "human", "mail.onmicrosoft.com", "tenant_domain"),
    ("lena@onmicrosoft.com", "=", "human", None, "hosting_platform"),
    ("lena@nordwind.nosuchtld", "=", "human", None, "unknown_tld"),
    ("lena@nordwind.netlify.app", "=", "human", None, "hosting_platform"),
    ("lena@com.br", "=", "human", None, "public_suffix"),
    ("lena@alumni.ethz.ac.uk", "=", "human", None, "alumni_domain"),
    ("lena@alumni.edu", "=", "human", "alumni.edu", "business"),
    ("lena@alumni.nordwind.de", "=", "human", "nordwind.de", "subdomain"),
    ("kontakt@nordwind.de", "=", "role", "nordwind.de", "role_address"),
    ("customer.service@nordwind.de", "=", "role", "nordwind.de", "role_address"),
    ("info2@nordwind.de", "=", "human", "nordwind.de", "business"),
    ("lena@eu.nordwind.de", "=", "human", "nordwind.de", "subdomain"),
    ("lena@mail.xn--mller-kva.de", "=", "human", "xn--mller-kva.de", "idn"),
    ("lena@nordwind.co.za", "=", "human", "nordwind.co.za", "business"),
    ("lena@nordwind.uk.com", "=", "human", "nordwind.uk.com", "business"),
    ("lena@uk.com", "=", "human", "uk.com", "business"),
    ("nobody", None, "none", None, "malformed_no_at"),
]


@pytest.fixture(scope="module")
def rules() -> OrganizationRules:
    return organization_rules(
        user_emails=["ida@gmail.com", "amy@crew.hafen.io", "ben@hafen.shop", None],
        own_domains=["hafen.de"],
        overrides=OVERRIDES,
        settings={},
    )


@pytest.mark.parametrize(("text", "key", "kind", "company", "reason"), CASES)
def test_the_first_rule_that_applies_decides(
    rules: OrganizationRules,
    text: str,
    key: str | None,
    kind: str,
    company: str | None,
    reason: str,
) -> None:
    identity = classify(text, rules)
    host = text.rpartition("@")[2] if "@" in text else None
    assert identity == Identity(text if key == "=" else key, kind, host, company, reason)


def test_the_cases_have_every_reason_and_every_kind() -> None:
    reasons = {case[-1] for case in CASES}
    assert reasons - OF_THE_TEXT == WITHOUT_KEY | WITHOUT_COMPANY | WITH_COMPANY
    assert {case[2] for case in CASES} == {
        *("human", "role", "automated", "resource", "bot", "disposable"),
        *("user", "internal", "none"),
    }


def test_a_relay_host_that_is_disposable_as_well_is_a_relay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """None is in both lists today; the disposable list is not ours, so one may come."""
    monkeypatch.setitem(host_facts.LISTS, "disposable", frozenset({"duck.com"}))
    monkeypatch.setattr(classify_module, "host_facts", host_facts.host_facts.__wrapped__)
    identity = classify("lena@duck.com", _rules(settings={}))
    assert (identity.kind, identity.reason) == ("human", "relay_domain")


# Flag, an address, and the company and reason when the flag is off.
FLAGS = [
    ("automated", "no-reply@nordwind.de", "automated", "nordwind.de", "business"),
    ("relay", "lena@duck.com", "human", "duck.com", "business"),
    ("disposable", "lena@yopmail.com", "disposable", "yopmail.com", "business"),
    ("special_use", "lena@x.nordwind.corp", "human", "nordwind.corp", "subdomain"),
    ("special_use", "root@printer", "role", None, "special_use_domain"),
    ("free_mail", "kontakt@web.de", "role", "web.de", "role_address"),
    ("unknown_tld", "lena@x.nordwind.nosuchtld", "human", "nordwind.nosuchtld", "subdomain"),
    ("hosting_platform", "lena@nordwind.github.io", "human", "nordwind.github.io", "business"),
    ("hosting_platform", "lena@onmicrosoft.com", "human", "onmicrosoft.com", "business"),
    ("alumni", "lena@alumni.stanford.edu", "human", "stanford.edu", "subdomain"),
]


@pytest.mark.parametrize(("flag", "text", "kind", "company", "reason"), FLAGS)
def test_a_rule_whose_flag_is_off_is_passed_over(
    flag: str, text: str, kind: str, company: str | None, reason: str
) -> None:
    rules = _rules(settings={flag: "off"})
    host = text.rpartition("@")[2]
    assert classify(text, rules) == Identity(text, kind, host, company, reason)
    assert classify(text, _rules(settings={flag: "on"})).company_key is None


def test_an_admitted_tld_is_an_ordinary_one() -> None:
    rules = _rules(settings={"admitted_tlds": "test; .example\nlan"})
    found = [classify(f"lena@nordwind.{tld}", rules).reason for tld in ("test", "example", "local")]
    assert found == ["business", "business", "special_use_domain"]


def _rules(settings: dict[str, str]) -> OrganizationRules:
    return organization_rules(user_emails=[], own_domains=[], overrides={}, settings=settings)
