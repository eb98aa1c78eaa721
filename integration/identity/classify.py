"""The decision list: the first rule that applies to an address decides its company and reason."""

from dataclasses import dataclass
from typing import Literal

from integration.identity.address import Address, InvalidAddress, read_address
from integration.identity.host_facts import HostFacts, host_facts
from integration.identity.hosts import parents
from integration.identity.local_parts import is_automated, is_role
from integration.identity.rules import OrganizationRules
from integration.identity.word_lists import NOTETAKER_BOTS, SPECIAL_USE_TLDS, TENANT_SUFFIXES

Kind = Literal[
    "human", "role", "automated", "resource", "bot", "disposable", "user", "internal", "none"
]


@dataclass(frozen=True, slots=True)
class Identity:
    """The person and company of an address, for one organization.

    `person_key` is None for `none`, `user` and `internal`. `host`, in A-labels or an IP address in
    brackets, is None for `none`. `company_key` is a domain in A-labels.
    """

    person_key: str | None
    kind: Kind
    host: str | None
    company_key: str | None
    reason: str


def classify(address: str | None, rules: OrganizationRules) -> Identity:
    """Classifies a raw address. Pure: the result depends only on the address, lists and rules."""
    read = read_address(address)
    if isinstance(read, InvalidAddress):
        return Identity(None, "none", None, None, read.reason)
    key, host = read.key, read.host
    facts = host_facts(host)
    if "resource" in facts.lists:
        return Identity(key, "resource", host, None, "resource_calendar")
    if key in NOTETAKER_BOTS:
        return Identity(key, "bot", host, None, "notetaker_bot")
    if key in rules.user_keys:
        return Identity(None, "user", host, None, "company_user")
    if facts.is_in(rules.own_domains):
        return Identity(None, "internal", host, None, "internal_domain")
    override = rules.override_of(facts)
    kind = _kind(read, facts, override)
    company, reason = _company(read, facts, override, kind, rules)
    if company is not None and not rules.own_domains.isdisjoint(parents(company)):
        return Identity(None, "internal", host, None, "internal_domain")
    return Identity(key, kind, host, company, reason)


def _kind(read: Address, facts: HostFacts, override: str | None) -> Kind:
    if is_automated(read.local):
        return "automated"
    if "disposable" in facts.lists and "relay" not in facts.lists and override is None:
        return "disposable"
    return "role" if is_role(read.local) else "human"


def _company(
    read: Address,
    facts: HostFacts,
    override: str | None,
    kind: Kind,
    rules: OrganizationRules,
) -> tuple[str | None, str]:
    """The company, if any, and the reason. Skips rules that the organization switched off."""
    lists = facts.lists - rules.flags_off  # lists and flags have the same names
    off = rules.flags_off
    tld = facts.parents[-1]
    is_special_use = tld in SPECIAL_USE_TLDS
    if kind == "automated" and "automated" not in off:
        return None, "automated_sender"
    if facts.is_ip_literal:
        return None, "ip_literal"
    if override is not None:
        return _overridden(override, rules.overrides[override])
    if "relay" in lists:
        return None, "relay_domain"
    if "disposable" in lists:
        return None, "disposable"
    if facts.is_single_label or (
        is_special_use and tld not in rules.admitted_tlds and "special_use" not in off
    ):
        return None, "special_use_domain"
    if "free_mail" in lists:
        return None, "role_at_free_mail" if kind == "role" else "free_mail"
    if facts.is_tenant:
        return facts.domain, "tenant_domain"
    if not facts.has_suffix and not is_special_use and "unknown_tld" not in off:
        return None, "unknown_tld"
    is_platform = "hosting_platform" in facts.lists or read.host in TENANT_SUFFIXES
    if is_platform and "hosting_platform" not in off:
        return None, "hosting_platform"
    if facts.is_icann_suffix:
        return None, "public_suffix"
    if facts.is_alumni and "alumni" not in off:
        return None, "alumni_domain"
    return facts.domain, _reason_of_domain(read.host, facts, kind)


def _overridden(domain: str, company: str | None) -> tuple[str | None, str]:
    if company is None:
        return None, "override_no_company"
    if company != domain:
        return company, "domain_alias"
    is_suffix = host_facts(domain).is_public_suffix
    return company, "suffix_override" if is_suffix else "domain_override"


def _reason_of_domain(host: str, facts: HostFacts, kind: Kind) -> str:
    if kind == "role":
        return "role_address"
    if any(label.startswith("xn--") for label in (facts.domain or "").split(".")):
        return "idn"
    return "business" if host == facts.domain else "subdomain"
