"""Lists the companies that an organization has met, with how long in a period."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Composable

from integration.database import rows
from integration.directory.text_search import matches, patterns_of
from integration.web.clients.client import SHOWN, Client, details, strongest
from integration.web.page.sorting import Column, Sorting

COLUMNS = (
    Column("Company", "name"),
    Column("Meeting time", "time", greatest_first=True),
    Column("Last met", "last", greatest_first=True),
    Column("Strongest relationship", "strength", greatest_first=True),
    Column("Their people", "people", greatest_first=True, is_number=True),
)
DEFAULT_ORDER = "-last"  # never by hours


@dataclass(frozen=True)
class Company(Client):
    """`met_seconds` is how long any of it was met in `met_count` sessions of the period: an hour
    with several people counts as one hour. `only_user` is the one active user who has met it, if
    there is only one. `looks_like` is the domain of a company met before, if this company's domain
    resembles it.
    """

    company_id: str
    domain: str
    person_count: int
    met_count: int
    met_seconds: int
    only_user: str | None
    only_user_id: str | None
    looks_like: str | None
    looks_like_company_id: str | None


@dataclass(frozen=True)
class Found:
    """The numbers of companies that a search finds, and of those whom nobody has met lately."""

    all: int
    quiet: int


MATCHES = matches(SQL("(companies.name || ' ' || companies.domain)"))
_FOUND = SQL("companies.organization_id = %(organization)s and {}").format(MATCHES)
# From the index on company and time.
_MET = SQL("""
    cross join lateral (
        select
            count(*)::integer as met_count,
            coalesce(sum(met.met_seconds), 0)::bigint as period_seconds
        from clientsights.company_sessions as met
        where met.organization_id = {client}.organization_id
            and met.company_id = {client}.company_id
            and met.met_at >= coalesce(%(since)s::timestamptz, '-infinity')
    ) as met
""")
_EXPRESSIONS = {
    "name": SQL("lower(companies.name)"),
    "time": SQL("met.period_seconds"),
    "last": SQL("companies.last_met_at"),
    "strength": SQL("ties.decayed_minutes"),
    "people": SQL("companies.person_count"),
}
_COMPANIES = SQL("""
    with page as (
        select
            companies.*, count(*) over () as total,
            row_number() over ({order}) as place
        from clientsights.companies
        {for_sorting}
        where {found}
            and (%(id)s::text is null or companies.company_id = %(id)s)
            and companies.last_met_at < coalesce(%(met_before)s::timestamptz, 'infinity')
        order by place
        limit %(limit)s offset %(offset)s
    )
    select
        page.company_id, page.domain, page.person_count, page.name,
        page.name_source = 'guess' as is_guessed,
        met.met_count, met.period_seconds as met_seconds,
        known.only_user, known.only_user_id,
        lookalikes.looks_like_domain as looks_like, lookalikes.looks_like_company_id,
        {shown}
    from page
    {details}
    {met}
    cross join lateral (
        select
            case when count(*) = 1 then min(two.full_name) end as only_user,
            case when count(*) = 1 then min(two.user_id) end as only_user_id
        from (
            select knowing.user_id, knowing.full_name
            from intermediate.int_company_relationships as ties
            inner join worksights.users as knowing
                on knowing.organization_id = ties.organization_id
                and knowing.user_id = ties.user_id
                and (knowing.deactivated_at is null or knowing.deactivated_at > now())
            where ties.organization_id = page.organization_id
                and ties.company_id = page.company_id
            limit 2
        ) as two
    ) as known
    left join lateral (
        select looks_like_domain, looks_like_company_id from clientsights.lookalikes
        where lookalikes.organization_id = page.organization_id
            and lookalikes.company_id = page.company_id
        order by looks_like_domain
        limit 1
    ) as lookalikes on true
    order by page.place
""")


def companies(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str = "",
    company_id: str | None = None,
    since: datetime | None = None,
    met_before: datetime | None = None,
    sorting: Sorting | None = None,
    limit: int | None = 1,
    offset: int = 0,
) -> list[Company]:
    """The companies with all words of the text in their name or domain, or the one with this id;
    with `met_before`, those last met before. Empty if it belongs to another organization.
    """
    return rows.every(
        connection,
        Company,
        _COMPANIES.format(
            order=_order(sorting),
            for_sorting=_for_sorting(sorting, since),
            found=_FOUND,
            shown=SHOWN,
            details=details(of="companies"),
            met=_MET.format(client=SQL("page")),
        ),
        {
            "organization": organization_id,
            "patterns": patterns_of(connection, search),
            "id": company_id,
            "since": since,
            "met_before": met_before,
            "limit": limit,
            "offset": offset,
        },
    )


def count_companies(
    connection: psycopg.Connection, *, organization_id: str, search: str, met_before: datetime
) -> Found:
    return rows.one(
        connection,
        Found,
        SQL("""
        select
            count(*) as "all",
            count(*) filter (where companies.last_met_at < %(met_before)s) as quiet
        from clientsights.companies
        where {found}
        """).format(found=_FOUND),
        {
            "organization": organization_id,
            "patterns": patterns_of(connection, search),
            "met_before": met_before,
        },
    )


def _order(sorting: Sorting | None) -> Composable:
    ties = SQL("companies.company_id")
    return sorting.order_by(_EXPRESSIONS, ties=ties) if sorting else SQL("order by ") + ties


def _for_sorting(sorting: Sorting | None, since: datetime | None) -> Composable:
    """What only the order of all companies needs: the page reads it for its own rows."""
    match sorting.key if sorting else "":
        case "time" if since is None:
            return SQL("cross join lateral (select companies.met_seconds as period_seconds) as met")
        case "time":
            return _MET.format(client=SQL("companies"))
        case "strength":
            return strongest("companies", of="companies")
        case _:
            return SQL("")
