"""Finds external people and companies, in the order of the alphabet.

Both queries read all rows of the organization, because no index helps to find a part of a word
without pg_trgm. 20,000 people take 0.1 s on a machine with more work than cores.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.clients import companies, people


@dataclass(frozen=True)
class FoundCompany:
    company_id: str
    name: str
    domain: str


@dataclass(frozen=True)
class FoundPerson:
    person_id: str
    name: str
    email: str
    company_name: str | None


_COMPANIES = SQL("""
    select companies.company_id, companies.name, companies.domain
    from clientsights.companies
    where companies.organization_id = %(organization)s and {matches}
    order by lower(companies.name), companies.domain
    limit %(limit)s
""").format(matches=companies.MATCHES)
_PEOPLE = SQL("""
    select
        people.person_id, people.display_name as name, people.email,
        companies.name as company_name
    from clientsights.people
    left join clientsights.companies using (organization_id, company_id)
    where people.organization_id = %(organization)s and people.kind = 'human' and {matches}
    order by lower(people.display_name), people.email
    limit %(limit)s
""").format(matches=people.MATCHES)
# Every spelling of an address is in email_addresses; its primary key starts with these columns.
_ONE = """
    select
        people.person_id, people.display_name as name, people.email,
        companies.name as company_name
    from clientsights_raw.email_addresses as addresses
    inner join clientsights.people using (organization_id, person_id)
    left join clientsights.companies
        on companies.organization_id = people.organization_id
        and companies.company_id = people.company_id
    where addresses.organization_id = %(organization)s and addresses.address = %(address)s
        and people.kind = 'human'
"""


def find_companies(
    connection: psycopg.Connection, patterns: Sequence[str], *, organization_id: str, limit: int
) -> list[FoundCompany]:
    """The companies that match in their name and domain."""
    return rows.every(
        connection,
        FoundCompany,
        _COMPANIES,
        {"organization": organization_id, "patterns": patterns, "limit": limit},
    )


def find_people(
    connection: psycopg.Connection, patterns: Sequence[str], *, organization_id: str, limit: int
) -> list[FoundPerson]:
    """The human people that match in their name, address and company."""
    return rows.every(
        connection,
        FoundPerson,
        _PEOPLE,
        {"organization": organization_id, "patterns": patterns, "limit": limit},
    )


def person_with(
    connection: psycopg.Connection, address: str, *, organization_id: str
) -> FoundPerson | None:
    """The human person with this address, in any of its spellings."""
    return rows.maybe_one(
        connection, FoundPerson, _ONE, {"organization": organization_id, "address": address}
    )
