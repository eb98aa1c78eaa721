"""Every kind and every reason, for an organization with users, own domains and overrides."""

import pytest

from integration.identity import classify as classify_module
from integration.identity import host_facts
from integration.identity.classify import Identity, classify
from integration.identity.rules import OrganizationRules, organization_rules
from tests.identity.cases import CASES, FLAGS, OVERRIDES
from tests.identity.laws import OF_THE_TEXT, WITH_COMPANY, WITHOUT_COMPANY, WITHOUT_KEY


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
    """No host is in both lists today. The disposable list is not ours, so it may add one."""
    monkeypatch.setitem(host_facts.LISTS, "disposable", frozenset({"duck.com"}))
    monkeypatch.setattr(classify_module, "host_facts", host_facts.host_facts.__wrapped__)
    identity = classify("lena@duck.com", _rules(settings={}))
    assert (identity.kind, identity.reason) == ("human", "relay_domain")


@pytest.mark.parametrize(("flag", "text", "kind", "company", "reason"), FLAGS)
def test_a_rule_is_skipped_if_its_flag_is_off(
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
