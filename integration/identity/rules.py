"""An organization's identity rules, read once per batch and applied to each of its addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integration.identity.address import Address, read_address
from integration.identity.domains import read_domain, readable_domain, refuse_own_domain
from integration.identity.host_facts import HostFacts, host_facts
from integration.identity.identity_settings import read_settings
from integration.quantities import noun, quantity

__all__ = ["OrganizationRules", "organization_rules", "readable_domain", "refuse_own_domain"]


@dataclass(frozen=True)
class OrganizationRules:
    """`overrides` maps a domain to its company's domain, or to None for no company. `flags_off` are
    the rules that are off. `problems` describes rows that could not be read, in sentences
    without personal data. All domains are in A-labels.
    """

    user_keys: frozenset[str]
    own_domains: frozenset[str]
    overrides: Mapping[str, str | None]
    flags_off: frozenset[str]
    admitted_tlds: frozenset[str]
    problems: tuple[str, ...]

    def override_of(self, facts: HostFacts) -> str | None:
        """The domain with the override that applies to a host."""
        if not self.overrides:
            return None
        return next((domain for domain in facts.override_path if domain in self.overrides), None)


def organization_rules(
    *,
    user_emails: Iterable[str | None],
    own_domains: Iterable[str],
    overrides: Mapping[str, str | None],
    settings: Mapping[str, str],
) -> OrganizationRules:
    """The rules of one organization. Never raises: invalid rows are ignored and reported in
    `problems`.
    """
    problems: list[str] = []
    users = _users(user_emails, problems)
    read_overrides = _overrides(overrides, problems)
    flags_off, admitted_tlds = read_settings(settings, problems)
    own = _configured(own_domains, problems) | _domains_of(users)
    hosts = own | {user.host for user in users if host_facts(user.host).why_shared() is None}
    return OrganizationRules(
        user_keys=frozenset(user.key for user in users),
        own_domains=frozenset(own | _companies_of_overrides(hosts, read_overrides, problems)),
        overrides=read_overrides,
        flags_off=flags_off,
        admitted_tlds=admitted_tlds,
        problems=tuple(problems),
    )


def _users(emails: Iterable[str | None], problems: list[str]) -> list[Address]:
    read = [read_address(email) for email in emails if email]
    users = [address for address in read if isinstance(address, Address)]
    if invalid := len(read) - len(users):
        ignored = quantity(
            invalid, "user with an invalid email is", "users with invalid emails are"
        )
        problems.append(f"{ignored} ignored.")
    return users


def _overrides(rows: Mapping[str, str | None], problems: list[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    unreadable = 0
    # Sorted, so that the same override applies each time.
    for text, company_text in sorted(rows.items(), key=lambda row: row[0]):
        domain = read_domain(text)
        company = None if company_text is None else read_domain(company_text)
        if domain is None or (company is None and company_text is not None):
            unreadable += 1
        elif domain in found:
            problems.append(
                f"{domain} is entered several times as a company domain. Only the first entry is "
                "used."
            )
        else:
            found[domain] = company
    _count_invalid("company domain", unreadable, problems)
    return found


def _configured(texts: Iterable[str], problems: list[str]) -> set[str]:
    read = [read_domain(text) for text in texts]
    _count_invalid("own domain", read.count(None), problems)
    found = set()
    for domain in sorted({domain for domain in read if domain is not None}):
        if why := host_facts(domain).why_shared():
            problems.append(f"The own domain {domain} is ignored because it {why}.")
        else:
            found.add(domain)
    return found


def _count_invalid(what: str, count: int, problems: list[str]) -> None:
    if count:
        verb = noun(count, "is", "are")
        problems.append(f"{quantity(count, what)} {verb} invalid and {verb} ignored.")


def _domains_of(users: list[Address]) -> set[str]:
    facts = [host_facts(host) for host in {user.host for user in users}]
    return {each.domain for each in facts if each.domain and each.why_shared() is None}


def _companies_of_overrides(
    hosts: set[str], overrides: Mapping[str, str | None], problems: list[str]
) -> set[str]:
    """The companies to which overrides assign the organization's own hosts."""
    found = set()
    for host in sorted(hosts):
        path = host_facts(host).override_path
        company = next((overrides[domain] for domain in path if domain in overrides), None)
        if company is None:
            continue
        if why := host_facts(company).why_shared():
            problems.append(
                f"{host} was merged into {company}, which cannot be one of your own domains "
                f"because it {why}."
            )
        else:
            found.add(company)
    return found
