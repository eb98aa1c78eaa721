"""The rules for people and companies as they are now, and what they say about a domain."""

from dataclasses import dataclass
from typing import Literal

import psycopg

from integration.identity.classify import Identity, classify
from integration.identity.cleaning import cleaned_domain
from integration.identity.host_facts import host_facts
from integration.identity.rules import OrganizationRules
from integration.pipeline.addresses.deciding import company_names
from integration.pipeline.addresses.identity_facts import (
    IdentityFacts,
    facts_as_written,
    rules_of,
    user_emails,
)
from integration.pipeline.addresses.previewing import name_of_company
from integration.pipeline.cleaned_texts import clean_new_texts
from integration.pipeline.marts import relations_exist
from integration.web.domains.stored import Stored, read_stored

SOMEBODY = "jane.doe"  # a local part of nobody in particular, which no list contains
Source = Literal["users", "page", "override"]


@dataclass(frozen=True)
class OwnDomain:
    """`is_written` if it was entered as an own domain; `written` are the texts that mean it. It has
    no effect if `ignored_because` says why.
    """

    domain: str
    sources: tuple[Source, ...]
    written: tuple[str, ...]
    ignored_because: str | None = None


@dataclass(frozen=True)
class Situation:
    """`stored` are the rows as written, `facts` what they mean, `rules` what follows from it."""

    stored: Stored
    facts: IdentityFacts
    rules: OrganizationRules

    def identity_at(self, domain: str) -> Identity:
        """What somebody at this domain is."""
        return classify(f"{SOMEBODY}@{domain}", self.rules)

    def is_own(self, domain: str) -> bool:
        return host_facts(domain).is_in(self.rules.own_domains)

    def name_of(self, company: str) -> str:
        return name_of_company(company, company_names(self.facts))

    def is_named(self, company: str) -> bool:
        """Whether the name was set, and is not a guess."""
        return company in company_names(self.facts)

    def domains_of(self, company: str) -> list[str]:
        """The domains that were merged into a company, without its own."""
        return sorted(
            domain
            for domain, to in self.facts.overrides.items()
            if to == company and domain != company
        )

    def own_domains(self) -> list[OwnDomain]:
        """All of them, with where each comes from, and those entered that have no effect."""
        written: dict[str, list[str]] = {}
        for text in self.stored.tables["own_domains"]:
            if domain := cleaned_domain(text):
                written.setdefault(domain, []).append(text)
        users = rules_of(IdentityFacts(user_emails=self.facts.user_emails)).own_domains
        found = []
        for domain in sorted(self.rules.own_domains | set(written)):
            why = host_facts(domain).why_shared()
            sources: list[Source] = []
            if domain in users:
                sources.append("users")
            if domain in written:
                sources.append("page")
            if not sources:
                sources.append("override")
            found.append(
                OwnDomain(
                    domain,
                    tuple(sources),
                    tuple(written.get(domain, ())),
                    why if domain not in self.rules.own_domains else None,
                )
            )
        return found


def is_ready(connection: psycopg.Connection) -> bool:
    """Whether the rules can be read: not before the first batch of the installation."""
    return relations_exist(connection, ("facts.identity_rules",))


def read_situation(
    connection: psycopg.Connection, organization_id: str, *, every_user: bool = False
) -> Situation:
    """Without `every_user`, one address for each host of the users' emails is enough."""
    clean_new_texts(connection, organization_id)
    facts = facts_as_written(connection, organization_id=organization_id)
    facts.user_emails = user_emails(
        connection, organization_id=organization_id, one_per_host=not every_user
    )
    return Situation(read_stored(connection, organization_id), facts, rules_of(facts))
