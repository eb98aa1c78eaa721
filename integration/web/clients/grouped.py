"""The companies that an organization has met, for those who may see groups only: each with figures
about at least five active users, in the order of the alphabet, and without people.
"""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.text_search import patterns_of
from integration.privacy.groups import SMALLEST_GROUP
from integration.web.clients.companies import MATCHES


@dataclass(frozen=True)
class GroupedCompany:
    """`users` have met it, for `seconds` in all; `total` counts the whole list."""

    name: str
    is_guessed: bool
    domain: str
    users: int
    seconds: int
    total: int


def grouped_companies(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str,
    limit: int,
    offset: int,
) -> list[GroupedCompany]:
    """The companies with all words of the text in their name or domain. Only the time of active
    users counts, because a difference to their figures would be about those who have left.
    """
    return rows.every(
        connection,
        GroupedCompany,
        SQL("""
        with met as (
            select
                ties.company_id, count(*)::integer as users,
                sum(ties.shared_seconds)::bigint as seconds
            from intermediate.int_company_relationships as ties
            inner join worksights.users
                on users.organization_id = ties.organization_id and users.user_id = ties.user_id
                and (users.deactivated_at is null or users.deactivated_at > now())
            where ties.organization_id = %(organization)s
            group by ties.company_id
            having count(*) >= %(smallest)s
        )
        select
            companies.name, companies.name_source = 'guess' as is_guessed, companies.domain,
            met.users, met.seconds, count(*) over ()::integer as total
        from met
        inner join clientsights.companies
            on companies.organization_id = %(organization)s
            and companies.company_id = met.company_id
        where {matches}
        order by lower(companies.name), companies.domain
        limit %(limit)s offset %(offset)s
        """).format(matches=MATCHES),
        {
            "organization": organization_id,
            "smallest": SMALLEST_GROUP,
            "patterns": patterns_of(connection, search),
            "limit": limit,
            "offset": offset,
        },
    )
