"""Lists the companies and external people that an organization has met, strongest relationship
first.

The strength is that of the strongest relationship of any user. A page of the list reads the
organization's relationships once, and the last two meetings of the clients on the page.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

from integration.database import rows


@dataclass(frozen=True)
class Client:
    """The fields of both companies and people. `strength`, 0 to 100, and `grade` are those of
    `closest_user`; `total` counts the whole list. `previous_met_at` is None after a single meeting.
    """

    name: str
    is_guessed: bool
    session_count: int
    first_met_at: datetime
    last_met_at: datetime
    previous_met_at: datetime | None
    strength: float
    grade: str
    closest_user: str | None
    closest_user_id: str | None
    total: int


@dataclass(frozen=True)
class Company(Client):
    """`met_seconds` is how long any of it was met: an hour of several people is one hour.
    `looks_like` is the domain of a company met before, if this company's domain resembles it.
    """

    company_id: str
    domain: str
    person_count: int
    met_seconds: int
    looks_like: str | None
    looks_like_company_id: str | None


@dataclass(frozen=True)
class Person(Client):
    """`person_seconds` adds up the time that each user spent with this person."""

    person_seconds: int
    person_id: str
    email: str
    company_id: str | None
    company_name: str | None


# The strongest relationship of each client, from the end of the index on client and sum. The sum
# sorts like the strength, which need not be computed for each row. It reads the tables, not the
# views, because Postgres does not push the order down into the views.
_STRONGEST = SQL("""
    left join lateral (
        select ties.user_id, ties.decayed_minutes from intermediate.{ties} as ties
        where ties.organization_id = {client}.organization_id and ties.{key} = {client}.{key}
        order by ties.decayed_minutes desc, ties.user_id
        limit 1
    ) as ties on true
""")
_ORDER = SQL("order by decayed_minutes desc nulls last, last_met_at desc")
_SHOWN = SQL("""
    page.session_count, page.first_met_at, page.last_met_at, page.total,
    meetings.previous_met_at,
    coalesce(graded.strength, 0)::double precision as strength,
    clientsights.grade_of(coalesce(graded.strength, 0)) as grade,
    users.full_name as closest_user, page.user_id as closest_user_id
""")
# For the clients on the page: the last two sessions with any of our users. The index on client and
# month is read from its end, so an old client takes no longer than a new one.
_DETAILS = SQL("""
    left join worksights.users
        on users.organization_id = page.organization_id and users.user_id = page.user_id
    cross join lateral (
        select clientsights.strength_at(page.decayed_minutes, now()) as strength
    ) as graded
    left join lateral (
        select met.session_id
        from intermediate.int_person_sessions as met
        where met.organization_id = page.organization_id and met.{key} = page.{key}
        order by met.month desc, met.met_at desc
        limit 1
    ) as last on true
    left join lateral (
        select met.met_at as previous_met_at
        from intermediate.int_person_sessions as met
        where met.organization_id = page.organization_id and met.{key} = page.{key}
            and met.session_id <> last.session_id
        order by met.month desc, met.met_at desc
        limit 1
    ) as meetings on true
""")
_OF_COMPANIES = {
    "client": Identifier("companies"),
    "key": Identifier("company_id"),
    "ties": Identifier("int_company_relationships"),
}
_OF_PEOPLE = {
    "client": Identifier("people"),
    "key": Identifier("person_id"),
    "ties": Identifier("int_relationships"),
}
_COMPANIES = SQL("""
    with page as (
        select companies.*, ties.user_id, ties.decayed_minutes,
            count(*) over () as total
        from clientsights.companies
        {strongest}
        where companies.organization_id = %(organization)s
            and (%(id)s::text is null or companies.company_id = %(id)s)
            and (
                strpos(lower(companies.name), lower(%(search)s)) > 0
                or strpos(companies.domain, lower(%(search)s)) > 0
            )
        {order}, companies.company_id
        limit %(limit)s offset %(offset)s
    )
    select
        page.company_id, page.domain, page.person_count, page.met_seconds, page.name,
        page.name_source = 'guess' as is_guessed,
        lookalikes.looks_like_domain as looks_like, lookalikes.looks_like_company_id,
        {shown}
    from page
    {details}
    left join lateral (
        select looks_like_domain, looks_like_company_id from clientsights.lookalikes
        where lookalikes.organization_id = page.organization_id
            and lookalikes.company_id = page.company_id
        order by looks_like_domain
        limit 1
    ) as lookalikes on true
    {order}, page.company_id
""").format(
    strongest=_STRONGEST.format(**_OF_COMPANIES),
    details=_DETAILS.format(**_OF_COMPANIES),
    order=_ORDER,
    shown=_SHOWN,
)
_PEOPLE = SQL("""
    with page as (
        select people.*, companies.name as company_name, ties.user_id, ties.decayed_minutes,
            count(*) over () as total
        from clientsights.people
        left join clientsights.companies using (organization_id, company_id)
        {strongest}
        where people.organization_id = %(organization)s and people.kind = 'human'
            and (%(id)s::text is null or people.person_id = %(id)s)
            and (%(company)s::text is null or people.company_id = %(company)s)
            and strpos(
                lower(concat_ws(' ', people.display_name, people.email, companies.name)),
                lower(%(search)s)
            ) > 0
        {order}, people.person_id
        limit %(limit)s offset %(offset)s
    )
    select
        page.person_id, page.email, page.company_id, page.company_name, together.person_seconds,
        page.display_name as name, page.name_source = 'guess' as is_guessed,
        {shown}
    from page
    {details}
    cross join lateral (
        select coalesce(sum(ties.shared_seconds), 0)::bigint as person_seconds
        from intermediate.int_relationships as ties
        where ties.organization_id = page.organization_id and ties.person_id = page.person_id
    ) as together
    {order}, page.person_id
""").format(
    strongest=_STRONGEST.format(**_OF_PEOPLE),
    details=_DETAILS.format(**_OF_PEOPLE),
    order=_ORDER,
    shown=_SHOWN,
)


def companies(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    company_id: str | None = None,
    limit: int = 1,
    offset: int = 0,
) -> list[Company]:
    """The companies with the text in their name or domain, or the one with this id. Empty if it
    belongs to another organization.
    """
    return rows.every(
        connection,
        Company,
        _COMPANIES,
        {
            "organization": organization_id,
            "id": company_id,
            "search": search,
            "limit": limit,
            "offset": offset,
        },
    )


def people(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    person_id: str | None = None,
    company_id: str | None = None,
    limit: int = 1,
    offset: int = 0,
) -> list[Person]:
    """The human people with the text in their name, address or company; optionally only those of
    one company, or the one with this id.
    """
    return rows.every(
        connection,
        Person,
        _PEOPLE,
        {
            "organization": organization_id,
            "id": person_id,
            "company": company_id,
            "search": search,
            "limit": limit,
            "offset": offset,
        },
    )
