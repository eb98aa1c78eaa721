"""`/services/zoom/domains/companies` and `/company`: finds a company, and shows what is set for its
domains.
"""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL
from starlette.responses import Response

from integration.database import rows
from integration.directory.rights import Right
from integration.directory.text_search import matches, patterns_of
from integration.identity.cleaning import cleaned_domain
from integration.identity.host_facts import host_facts
from integration.identity.hosts import as_unicode
from integration.identity.ids import company_id
from integration.pipeline.addresses.deciding import company_names
from integration.pipeline.marts import marts_exist
from integration.web.domains.asked import (
    LONGEST_DOMAIN,
    LONGEST_NAME,
    Asked,
    InvalidChange,
    domain_in,
)
from integration.web.domains.frame import (
    COMPANIES,
    COMPANY,
    just_saved,
    not_ready,
    render,
    sees_clients,
)
from integration.web.domains.situation import Situation, is_ready, read_situation
from integration.web.domains.words import REASONS
from integration.web.page.addresses import back_to
from integration.web.page.listing import ROWS, Listing, listing_of
from integration.web.page.visit import PageRoute, Shows, Visit


@dataclass(frozen=True)
class FoundCompany:
    domain: str
    name: str
    is_guessed: bool
    person_count: int
    total: int


@dataclass(frozen=True)
class ChangedDomain:
    """What was set for a domain: `company` None is no company, `name` None the guess."""

    domain: str
    company: str | None
    name: str | None


# Reads the companies of one organization, from their index.
_COMPANIES = SQL("""
    select
        companies.domain, companies.name, companies.name_source = 'guess' as is_guessed,
        companies.person_count, count(*) over () as total
    from clientsights.companies
    where companies.organization_id = %(organization)s
        and {matches}
        and (not %(is_guessed)s or companies.name_source = 'guess')
    order by lower(companies.name), companies.company_id
    limit %(limit)s offset %(offset)s
""").format(matches=matches(SQL("(companies.name || ' ' || companies.domain)")))


def companies(
    visit: Visit, asked: Asked | None = None, invalid: InvalidChange | None = None
) -> Response:
    listing = listing_of(visit, COMPANIES, filters=("guessed", "changed"))
    shows_clients, found = sees_clients(visit), []
    with visit.transaction() as connection:
        if not is_ready(connection):
            return not_ready(visit, COMPANIES)
        now = read_situation(connection, visit.viewer.organization_id)
        if shows_clients and listing.show != "changed" and marts_exist(connection):
            found = _found(connection, visit.viewer.organization_id, listing)
    changed = [one for one in changed_domains(now) if _has(one, listing.search)]
    domain = cleaned_domain(listing.search)
    return render(
        visit,
        "companies.html",
        current=COMPANIES,
        asked=asked,
        invalid=invalid,
        listing=listing,
        shows_clients=shows_clients,
        found=found,
        total=found[0].total if found else 0,
        changed=changed[listing.offset : listing.offset + ROWS],
        changed_total=len(changed),
        domain=domain if domain and "." in domain else None,
        longest=LONGEST_DOMAIN,
    )


def company(
    visit: Visit, asked: Asked | None = None, invalid: InvalidChange | None = None
) -> Response:
    """Without a domain that can be read, the list with the field."""
    asked = asked or Asked(domain=visit.query("domain"))
    try:
        domain = domain_in(asked.domain)
    except InvalidChange as error:
        return companies(visit, asked, invalid or error)
    with visit.transaction() as connection:
        if not is_ready(connection):
            return not_ready(visit, COMPANIES)
        now = read_situation(connection, visit.viewer.organization_id)
        saved = just_saved(visit, connection, now.stored)
    identity = now.identity_at(domain)
    its_company = identity.company_key
    facts = host_facts(domain)
    return render(
        visit,
        "company.html",
        current=COMPANIES,
        asked=asked,
        invalid=invalid,
        domain=domain,
        in_unicode=as_unicode(domain),
        is_own=now.is_own(domain),
        company=its_company,
        company_id=company_id(visit.viewer.organization_id, its_company) if its_company else None,
        name=now.name_of(its_company) if its_company else None,
        is_guessed=bool(its_company) and not now.is_named(str(its_company)),
        merged=now.domains_of(its_company) if its_company else [],
        is_merged=now.facts.overrides.get(domain) not in (None, domain),
        reason=REASONS[identity.reason],
        may_be_company=not facts.is_icann_suffix,
        shows_clients=sees_clients(visit),
        saved=saved,
        back=back_to(COMPANIES, visit.query("back")),
        longest=LONGEST_DOMAIN,
        longest_name=LONGEST_NAME,
    )


def changed_domains(now: Situation) -> list[ChangedDomain]:
    """What was set for domains, by domain."""
    names = company_names(now.facts)
    domains = sorted({*now.facts.overrides, *now.facts.company_names})
    return [
        ChangedDomain(domain, company, names.get(company) if company else None)
        for domain in domains
        for company in [now.facts.overrides.get(domain, domain)]
    ]


def _has(one: ChangedDomain, search: str) -> bool:
    text = f"{one.domain} {one.company or ''} {one.name or ''}".casefold()
    return all(word in text for word in search.casefold().split())


def _found(
    connection: psycopg.Connection, organization_id: str, listing: Listing
) -> list[FoundCompany]:
    return rows.every(
        connection,
        FoundCompany,
        _COMPANIES,
        {
            "organization": organization_id,
            "patterns": patterns_of(connection, listing.search),
            "is_guessed": listing.show == "guessed",
            "limit": ROWS,
            "offset": listing.offset,
        },
    )


PAGES = (
    PageRoute(COMPANIES, companies, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
    PageRoute(COMPANY, company, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY),
)
