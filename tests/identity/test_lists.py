"""The lists of the package are well formed, and the free mail list has no gaps and no companies."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from integration.identity import word_lists
from integration.identity.host_facts import host_facts
from integration.identity.hosts import parents, read_host
from integration.identity.local_parts import is_automated, is_role

HERE = Path(__file__).parent
FREE_MAIL_ROWS = word_lists.rows("free_mail.csv")
HOST_LISTS = (
    "relay_hosts.txt",
    "resource_hosts.txt",
    "tenant_suffixes.txt",
    "hosting_platforms.txt",
)
# Words for a role that are also names of people, and intentionally not among the role words.
NAMES_OF_PEOPLE = [
    "bill",
    "grant",
    "art",
    "mark",
    "will",
    "hope",
    "faith",
    "grace",
    "may",
    "june",
    "job",
    "dev",
    "ops",
    "pm",
    "ceo",
]
FAMILIES = ("yahoo.", "hotmail.", "live.", "outlook.", "gmx.")


def _domains(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("name", sorted(file.name for file in word_lists.FOLDER.iterdir()))
def test_a_list_has_a_heading_and_no_duplicates(name: str) -> None:
    assert (word_lists.FOLDER / name).read_text(encoding="utf-8").startswith("# ")
    entries = word_lists.entries(name)
    assert len(entries) == len(set(entries))
    assert entries == [entry.strip() for entry in entries]


@pytest.mark.parametrize("name", HOST_LISTS)
def test_a_listed_host_is_in_the_spelling_of_a_key(name: str) -> None:
    hosts = word_lists.entries(name)
    assert [read_host(host) for host in hosts] == hosts


def test_a_line_of_the_free_mail_list_is_complete() -> None:
    for row in FREE_MAIL_ROWS:
        assert set(row) == {"domain", "provider", "country", "source", "date"}
        assert row["provider"]
        assert re.fullmatch("([A-Z]{2})?", row["country"])
        assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]+(/\S+)?", row["source"])
        assert date.fromisoformat(row["date"]) >= date(2026, 11, 1)
    assert all(before["domain"] < after["domain"] for before, after in pairwise(FREE_MAIL_ROWS))


def test_free_mail_is_a_registrable_domain_in_no_other_list() -> None:
    for domain in word_lists.FREE_MAIL:
        facts = host_facts(domain)
        assert (facts.domain, facts.lists) == (domain, {"free_mail"})
        assert not facts.is_public_suffix
        assert facts.has_suffix


def test_the_free_mail_list_has_every_large_provider() -> None:
    assert set(_domains("consumer_domains.txt")) - word_lists.FREE_MAIL == set()


def test_the_free_mail_list_has_no_company() -> None:
    companies = _domains("companies_own_domains.txt")
    assert len(companies) > 300
    assert [
        company for company in companies if not word_lists.FREE_MAIL.isdisjoint(parents(company))
    ] == []


def test_the_free_mail_list_has_the_families_of_every_country() -> None:
    counts = {
        family: sum(domain.startswith(family) for domain in word_lists.FREE_MAIL)
        for family in FAMILIES
    }
    assert counts["yahoo."] > 50
    assert min(counts.values()) > 25


@pytest.mark.parametrize("word", NAMES_OF_PEOPLE)
def test_the_name_of_a_person_is_not_a_role(word: str) -> None:
    assert not is_role(word)
    assert not is_automated(word)
