"""What an organization configures: own domains, overrides and flags, and unreadable rows."""

from collections.abc import Iterable, Mapping

import pytest

from integration.identity.classify import classify
from integration.identity.rules import (
    OrganizationRules,
    organization_rules,
    readable_domain,
    refuse_own_domain,
)

SHARED = [
    *("gmail.com", "duck.com", "yopmail.com", "calendar.google.com", "nordwind.github.io"),
    *("co.uk", "uk.com", "onmicrosoft.com", "alumni.stanford.edu", "printer"),
]


def rules(
    *,
    user_emails: Iterable[str | None] = (),
    own_domains: Iterable[str] = (),
    overrides: Mapping[str, str | None] | None = None,
    settings: Mapping[str, str] | None = None,
) -> OrganizationRules:
    return organization_rules(
        user_emails=user_emails,
        own_domains=own_domains,
        overrides=overrides or {},
        settings=settings or {},
    )


def test_a_users_domain_is_the_organizations_own() -> None:
    emails = ["Amy@crew.Hafen.io", "ben@x.hafen.mail.onmicrosoft.com", "cleo@hafen.corp"]
    found = rules(user_emails=emails)
    assert found.own_domains == {"hafen.io", "hafen.onmicrosoft.com", "hafen.corp"}
    assert found.problems == ()


@pytest.mark.parametrize("host", [*SHARED, "[192.0.2.7]"])
def test_a_shared_host_of_a_user_is_not_an_own_domain(host: str) -> None:
    found = rules(user_emails=[f"amy@{host}"])
    assert found.own_domains == frozenset()
    assert classify(f"amy@{host}", found).kind in ("user", "resource")
    assert classify(f"tom@{host}", found).kind != "internal"


def test_the_company_that_an_override_gives_an_own_domain_is_own_as_well() -> None:
    found = rules(
        user_emails=["amy@eu.hafen.io"],
        own_domains=["kontor.de"],
        overrides={"eu.hafen.io": "hafen.eu", "kontor.de": "kontor.com", "acme.com": "acme.de"},
    )
    assert found.own_domains == {"hafen.io", "hafen.eu", "kontor.de", "kontor.com"}


def test_a_shared_domain_becomes_own_neither_by_a_row_nor_by_an_override() -> None:
    found = rules(own_domains=["gmail.com", "hafen.io"], overrides={"hafen.io": "web.de"})
    assert found.own_domains == {"hafen.io"}
    assert found.problems == (
        "The own domain gmail.com is ignored because it provides mailboxes to the public.",
        "hafen.io was merged into web.de, which cannot be one of your own domains because it "
        "provides mailboxes to the public.",
    )


def test_unreadable_rows_are_ignored_and_counted_without_their_content() -> None:
    found = rules(
        user_emails=["amy@hafen.io", "Amy Miller", "ben@@hafen.io", None, ""],
        own_domains=["a b", "x_y.de", "kontor.de"],
        overrides={"acme..com": "acme.com", "acme.com": "@acme", "[1.2.3.4]": None, "a.de": None},
        settings={
            "free_mail": "maybe",
            "freemail": "off",
            "admitted_tlds": "test com",
            "relay": "off",
        },
    )
    assert found.user_keys == {"amy@hafen.io"}
    assert found.own_domains == {"hafen.io", "kontor.de"}
    assert found.overrides == {"a.de": None}
    assert (found.flags_off, found.admitted_tlds) == ({"relay"}, {"test"})
    assert found.problems == (
        "2 users with invalid emails are ignored.",
        "3 company domains are invalid and are ignored.",
        "Some of the allowed endings are invalid and are ignored. Valid endings: alt, arpa, corp,"
        " example, home, internal, intranet, lan, local, localdomain, localhost, onion, private,"
        " test, workgroup.",
        "The rule “Mailbox providers” has an invalid value and is treated as on.",
        "A rule with an unknown name is ignored.",
        "2 own domains are invalid and are ignored.",
    )


def test_the_same_one_of_two_spellings_of_an_override_always_applies() -> None:
    rows = {"müller.de": "a.de", "MÜLLER.de": "b.de"}
    for overrides in (rows, dict(reversed(rows.items()))):
        found = rules(overrides=overrides)
        assert found.overrides == {"xn--mller-kva.de": "b.de"}
        assert found.problems == (
            "xn--mller-kva.de is entered several times as a company domain. Only the first entry "
            "is used.",
        )


OVERRIDES = {
    "nordwind.de": "a.de",
    "labs.nordwind.de": "b.de",
    "de": "never.de",
    "github.io": "c.de",
    "hafen.onmicrosoft.com": "d.de",
    "mail.onmicrosoft.com": "e.de",
    "a.de": "never.de",
    "br": "never.de",
    "amazonaws.com": "f.de",
}


@pytest.mark.parametrize(
    ("host", "company"),
    [
        ("nordwind.de", "a.de"),
        ("x.nordwind.de", "a.de"),
        ("x.labs.nordwind.de", "b.de"),  # the longest
        ("suedwind.de", "suedwind.de"),  # no further than the registrable domain
        ("github.io", "c.de"),
        ("com.br", None),  # a public suffix: the host only
        ("s3.amazonaws.com", None),  # one of the private section as well
        ("nordwind.github.io", None),  # not the suffix it is below
        ("x.hafen.mail.onmicrosoft.com", "d.de"),
        ("kontor.mail.onmicrosoft.com", "kontor.onmicrosoft.com"),  # `mail` is not its tenant
    ],
)
def test_the_longest_override_at_or_above_a_host_decides(host: str, company: str | None) -> None:
    assert classify(f"lena@{host}", rules(overrides=OVERRIDES)).company_key == company


@pytest.mark.parametrize("domain", SHARED)
def test_a_shared_domain_is_refused_as_own(domain: str) -> None:
    with pytest.raises(ValueError, match="cannot be one of your own domains because it "):
        refuse_own_domain(domain)


def test_an_ordinary_domain_is_not_refused() -> None:
    refuse_own_domain("Hafen.io")


def test_a_typed_domain_is_read_into_the_spelling_of_a_key() -> None:
    assert readable_domain(" MÜLLER.de.\u200b") == "xn--mller-kva.de"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("lena@hafen.io", "the part after the @"),
        ("https://hafen.io/", "not a web address"),
        ("[192.0.2.7]", "This is not a domain"),
        ("", "This is not a domain"),
    ],
)
def test_a_text_that_is_not_a_domain_is_refused_with_advice(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        readable_domain(text)
