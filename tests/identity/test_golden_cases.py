"""Every row of the agreed cases, if they are next to the project."""

import csv

import pytest

from integration.identity.classify import Identity, classify
from integration.identity.rules import organization_rules
from integration.settings import PROJECT

CASES = PROJECT.parent / "shared" / "golden" / "email_identity.csv"


def _cases() -> list[dict[str, str]]:
    if not CASES.exists():
        return []
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["case"])
def test_an_agreed_case_holds(case: dict[str, str]) -> None:
    overrides = dict(pair.split("=") for pair in case["overrides"].split(";") if pair)
    rules = organization_rules(
        user_emails=case["organization_users"].split(";"),
        own_domains=[domain for domain in case["own_domains"].split(";") if domain],
        overrides={domain: company or None for domain, company in overrides.items()},
        settings={},
    )
    expected = Identity(
        person_key=case["person_key"] or None,
        kind=case["kind"],
        host=case["person_key"].rpartition("@")[2] or None,
        company_key=case["company"] or None,
        reason=case["reason"],
    )
    found = classify(case["email"], rules)
    if expected.person_key is None and found.kind in ("user", "internal"):
        # The cases do not give the host of these.
        expected = Identity(None, case["kind"], found.host, None, case["reason"])
    assert found == expected
    assert rules.problems == ()
