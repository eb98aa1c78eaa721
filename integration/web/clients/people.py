"""Lists the external people that an organization has met."""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Composable

from integration.database import rows
from integration.directory.text_search import matches, patterns_of
from integration.web.clients.client import SHOWN, Client, details, strongest
from integration.web.page.sorting import Column, Sorting

# Not by hours: nobody needs a ranking of people by time.
COLUMNS = (
    Column("Person", "name"),
    Column("Company", "company"),
    Column("Strongest relationship", "strength", greatest_first=True),
    Column("Last met", "last", greatest_first=True),
    Column("Sessions", "sessions", greatest_first=True, is_number=True),
    Column("Person-hours", is_number=True),
)
DEFAULT_ORDER = "-last"


@dataclass(frozen=True)
class Person(Client):
    """`person_seconds` adds up the time that each user spent with this person."""

    person_id: str
    email: str
    company_id: str | None
    company_name: str | None
    session_count: int
    person_seconds: int


MATCHES = matches(SQL("concat_ws(' ', people.display_name, people.email, companies.name)"))
_EXPRESSIONS = {
    "name": SQL("lower(people.display_name)"),
    "company": SQL("lower(companies.name)"),
    "strength": SQL("ties.decayed_minutes"),
    "last": SQL("people.last_met_at"),
    "sessions": SQL("people.session_count"),
}
_PEOPLE = SQL("""
    with page as (
        select
            people.*, companies.name as company_name,
            count(*) over () as total, row_number() over ({order}) as place
        from clientsights.people
        left join clientsights.companies using (organization_id, company_id)
        {for_sorting}
        where people.organization_id = %(organization)s and people.kind = 'human'
            and (%(id)s::text is null or people.person_id = %(id)s)
            and (%(company)s::text is null or people.company_id = %(company)s)
            and {matches}
        order by place
        limit %(limit)s offset %(offset)s
    )
    select
        page.person_id, page.email, page.company_id, page.company_name, page.session_count,
        together.person_seconds,
        page.display_name as name, page.name_source = 'guess' as is_guessed,
        {shown}
    from page
    {details}
    cross join lateral (
        select coalesce(sum(ties.shared_seconds), 0)::bigint as person_seconds
        from intermediate.int_relationships as ties
        where ties.organization_id = page.organization_id and ties.person_id = page.person_id
    ) as together
    order by page.place
""")


def people(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    person_id: str | None = None,
    company_id: str | None = None,
    sorting: Sorting | None = None,
    limit: int | None = 1,
    offset: int = 0,
) -> list[Person]:
    """The human people with all words of the text in their name, address and company; optionally
    only those of one company, or the one with this id.
    """
    return rows.every(
        connection,
        Person,
        _PEOPLE.format(
            order=_order(sorting),
            matches=MATCHES,
            for_sorting=strongest("people", of="people")
            if sorting and sorting.key == "strength"
            else SQL(""),
            shown=SHOWN,
            details=details(of="people"),
        ),
        {
            "organization": organization_id,
            "id": person_id,
            "company": company_id,
            "patterns": patterns_of(connection, search),
            "limit": limit,
            "offset": offset,
        },
    )


def _order(sorting: Sorting | None) -> Composable:
    ties = SQL("people.person_id")
    if sorting:
        return sorting.order_by(_EXPRESSIONS, ties=ties)
    return SQL("order by lower(people.display_name), ") + ties
