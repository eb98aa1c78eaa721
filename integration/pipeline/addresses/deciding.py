"""Applies the rules of `integration.identity` to the addresses and names that were read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from integration.identity.classify import Identity, classify
from integration.identity.domains import read_domain
from integration.identity.ids import company_id, person_id
from integration.identity.names import (
    guess_company_name,
    guess_person_name,
    is_generic,
    is_notetaker,
    skeleton,
    tidy,
)
from integration.identity.versions import PSL_VERSION, RULE_VERSION
from integration.pipeline.addresses.identity_facts import IdentityFacts, rules_of
from integration.pipeline.addresses.waiting import Waiting


@dataclass(frozen=True)
class ClassifiedAddress:
    """A row of clientsights_raw.email_addresses, in the order of its columns."""

    organization_id: str
    address: str
    person_id: str | None
    person_key: str | None
    kind: str
    host: str | None
    company_id: str | None
    company_key: str | None
    reason: str
    guessed_name: str | None
    corrected_name: str | None
    company_name: str | None
    company_name_source: str | None
    company_skeleton: str | None
    rule_version: str
    psl_version: str


@dataclass(frozen=True)
class ClassifiedName:
    """`person_name` is the display name in a form that can be shown; None if it is generic."""

    organization_id: str
    display_name: str
    person_name: str | None
    is_notetaker: bool


@dataclass(frozen=True)
class Decisions:
    """The results of one organization. `problems` are sentences about unreadable settings."""

    addresses: list[ClassifiedAddress] = field(repr=False)
    names: list[ClassifiedName] = field(repr=False)
    problems: Iterable[str]


def decide(organization_id: str, waiting: Waiting) -> Decisions:
    """Classifies an organization's waiting addresses and names. Does not use the database."""
    rules = rules_of(waiting.facts)
    names = company_names(waiting.facts)
    return Decisions(
        addresses=[
            _row(
                organization_id,
                address,
                classify(address, rules),
                names,
                waiting.facts.person_names,
            )
            for address in sorted(waiting.addresses)
        ],
        names=[
            ClassifiedName(
                organization_id, name, None if is_generic(name) else tidy(name), is_notetaker(name)
            )
            for name in sorted(waiting.names)
        ],
        problems=rules.problems,
    )


def company_names(facts: IdentityFacts) -> dict[str, str]:
    """Company's domain -> the name set for it. If there are several, that of the company's own
    domain applies, else the one of the greatest domain. A domain with a name and without an
    override is a company's own.
    """
    named = []
    for domain, name in facts.company_names.items():
        company = facts.overrides.get(domain, domain)
        if company and (key := read_domain(company)):
            named.append((key == read_domain(domain), domain, key, name))
    return {key: name for _, _, key, name in sorted(named)}


def _row(
    organization_id: str,
    address: str,
    identity: Identity,
    names: dict[str, str],
    corrected: dict[str, str],
) -> ClassifiedAddress:
    key, company = identity.person_key, identity.company_key
    return ClassifiedAddress(
        organization_id=organization_id,
        address=address,
        person_id=person_id(organization_id, key) if key else None,
        person_key=key,
        kind=identity.kind,
        host=identity.host,
        company_id=company_id(organization_id, company) if company else None,
        company_key=company,
        reason=identity.reason,
        guessed_name=guess_person_name(key) if key else None,
        corrected_name=corrected.get(key) if key else None,
        company_name=(names.get(company) or guess_company_name(company)) if company else None,
        company_name_source=("override" if company in names else "guess") if company else None,
        company_skeleton=skeleton(company) if company else None,
        rule_version=RULE_VERSION,
        psl_version=PSL_VERSION,
    )
