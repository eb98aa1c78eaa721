"""Plans changes to companies: another name, a merge, a split, no company, and a company after all.

A company of several domains changes as a whole: what was merged into it moves with it.
"""

from integration.identity.cleaning import cleaned_domain
from integration.identity.host_facts import host_facts
from integration.identity.names import tidy
from integration.web.domains.asked import (
    LONGEST_NAME,
    Asked,
    InvalidChange,
    domain_in,
    shown_domain,
)
from integration.web.domains.plans import Plan
from integration.web.domains.situation import Situation
from integration.web.domains.stored import Edit, Values, override
from integration.zoom.texts import is_longer


def rename(asked: Asked, now: Situation) -> Plan:
    """An empty name restores the guessed one."""
    domain, name = domain_in(asked.domain), tidy(asked.name)
    company = _company_at(domain, now)
    if is_longer(name, LONGEST_NAME):
        raise InvalidChange("name", "Enter a shorter name.")
    if name and not any(map(str.isalpha, name)):
        raise InvalidChange("name", "Enter a name with at least one letter.")
    if not name and not now.is_named(company):
        raise InvalidChange("name", "Enter a name.")
    if name == now.name_of(company) and now.is_named(company):
        raise InvalidChange("name", "The company already has this name.")
    # An override of the company's own domain keeps its effect; else the row only names it.
    is_override = company in now.facts.overrides
    named = override(
        company if is_override else None, name=name or None, names_only=not is_override
    )
    edits = _edits(now, company, named if name or is_override else None)
    return Plan(
        f"Rename {now.name_of(company)} to {name}?"
        if name
        else f"Guess the name of {company} from its domain again?",
        "Rename" if name else "Use the guess",
        "company_renamed" if name else "company_name_removed",
        company,
        (*edits, *([] if name else _without_names(now, company))),
    )


def merge(asked: Asked, now: Situation) -> Plan:
    domain = domain_in(asked.domain)
    target = domain_in(asked.into, field="into")
    _refuse_shared(domain, now, field="domain")
    found = now.identity_at(target)
    if now.is_own(target) or found.kind == "internal":
        raise InvalidChange(
            "into",
            f"{target} is one of your own domains. Add {domain} to your own domains instead.",
        )
    company = found.company_key
    if company is None:
        why = host_facts(target).why_shared()
        raise InvalidChange(
            "into",
            f"{target} is not a company" + (f" because it {why}." if why else "."),
        )
    if now.identity_at(domain).company_key == company:
        raise InvalidChange("into", f"{domain} and {target} are already one company.")
    return Plan(
        f"Merge {shown_domain(domain)} into {now.name_of(company)} ({company})?",
        "Merge",
        "company_merged",
        domain,
        (*_edits(now, domain, override(company)), *_followers(now, domain, company)),
        ""
        if company == target
        else f"{target} was merged into {company}, so {domain} becomes a part of {company} too.",
    )


def split(asked: Asked, now: Situation) -> Plan:
    domain = domain_in(asked.domain)
    company = now.facts.overrides.get(domain)
    if company is None or company == domain:
        raise InvalidChange("domain", f"{domain} was not merged into another company.")
    return Plan(
        f"Split {shown_domain(domain)} from {now.name_of(company)} ({company})?",
        "Split",
        "company_split",
        domain,
        _edits(now, domain, None),
    )


def no_company(asked: Asked, now: Situation) -> Plan:
    domain = domain_in(asked.domain)
    _refuse_own(domain, now)
    if now.identity_at(domain).company_key is None:
        raise InvalidChange("domain", f"{domain} is already marked as not a company.")
    return Plan(
        f"Is {shown_domain(domain)} not a company?",
        "Not a company",
        "company_removed",
        domain,
        (*_edits(now, domain, override(None)), *_followers(now, domain, None)),
    )


def is_company(asked: Asked, now: Situation) -> Plan:
    """A domain without a company, or one below a company's domain, becomes its own company."""
    domain = domain_in(asked.domain)
    _refuse_own(domain, now)
    facts = host_facts(domain)
    if facts.is_icann_suffix:
        raise InvalidChange(
            "domain", f"Anyone can register a domain under {domain}, so it is not a company."
        )
    if now.identity_at(domain).company_key == domain:
        raise InvalidChange("domain", f"{domain} is already a company.")
    why = facts.why_shared()
    return Plan(
        f"Is {shown_domain(domain)} a company of its own?",
        "It is a company",
        "company_added",
        domain,
        _edits(now, domain, override(domain)),
        f"{domain} {why}. Everyone there will count as one company." if why else "",
    )


def _company_at(domain: str, now: Situation) -> str:
    company = now.identity_at(domain).company_key
    if company is None:
        raise InvalidChange("domain", f"{domain} is not a company, so it has no name.")
    return company


def _refuse_own(domain: str, now: Situation) -> None:
    if now.is_own(domain):
        raise InvalidChange("domain", f"{domain} is one of your own domains.")


def _refuse_shared(domain: str, now: Situation, *, field: str) -> None:
    """A whole mailbox provider is not part of a company."""
    _refuse_own(domain, now)
    if (why := host_facts(domain).why_shared()) and domain not in now.facts.overrides:
        raise InvalidChange(
            field,
            f"{domain} {why}, so its people do not belong to one company. If this is wrong, "
            "first mark it as a company.",
        )


def _edits(now: Situation, domain: str, after: Values | None) -> tuple[Edit, ...]:
    """One row of the domain in the usual spelling, or none."""
    others = [
        key
        for key in now.stored.tables["domain_overrides"]
        if key != domain and cleaned_domain(key) == domain
    ]
    return (
        *(now.stored.edit("domain_overrides", key, None) for key in others),
        now.stored.edit("domain_overrides", domain, after),
    )


def _followers(now: Situation, company: str, to: str | None) -> tuple[Edit, ...]:
    """The domains that were merged into a company, moved with it."""
    return tuple(
        now.stored.edit("domain_overrides", key, override(to))
        for key, values in now.stored.tables["domain_overrides"].items()
        if cleaned_domain(key) != company
        and cleaned_domain(str(values["company_domain"] or "")) == company
    )


def _without_names(now: Situation, company: str) -> tuple[Edit, ...]:
    """The domains that were merged into a company under a name, without the name."""
    return tuple(
        now.stored.edit("domain_overrides", key, override(company))
        for key, values in now.stored.tables["domain_overrides"].items()
        if values["company_name"]
        and cleaned_domain(key) != company
        and cleaned_domain(str(values["company_domain"] or "")) == company
    )
