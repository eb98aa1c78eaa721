"""The people of a team with their hours in a period, in the order that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.figures.periods import Days, Period
from integration.web.page.sorting import Column, Sorting

COLUMNS = (
    Column("Person", "name"),
    Column("Hours", "hours", greatest_first=True, is_number=True),
    Column("External", "outside", greatest_first=True),
    Column("Met most", "company"),
)
_ORDER = {
    "name": SQL("lower(full_name)"),
    "hours": SQL("seconds"),
    "outside": SQL("external_seconds::numeric / nullif(seconds, 0)"),
    "company": SQL("lower(company)"),
}


@dataclass(frozen=True)
class Person:
    """`seconds` is the time in sessions in the whole period; `seconds_now` and `seconds_before`
    are those of the days that are compared. `last_day` is the latest of the period with entries.
    `company` is the one met in most sessions, of several the one met last. `total` counts the
    people of the whole list.
    """

    user_id: str
    full_name: str
    email: str
    time_zone: str
    is_active: bool
    seconds: int
    external_seconds: int
    seconds_now: int
    seconds_before: int
    last_day: date | None
    company_id: str | None
    company: str | None
    sessions_with_company: int | None
    total: int

    @property
    def share(self) -> int | None:
        """The part with somebody external in percent; None without time in sessions."""
        return round(100 * self.external_seconds / self.seconds) if self.seconds else None


def people_of(
    connection: psycopg.Connection,
    period: Period,
    *,
    organization_id: str,
    users: Sequence[str] | None,
    compared: tuple[Days, Days] | None,
    span: tuple[datetime, datetime],
    sorting: Sorting,
    limit: int | None,
    offset: int,
) -> list[Person]:
    """The active people of the team, and the others who have entries. `compared` are the complete
    days and the ones before, if there are any; `span` is the period by the reader's clock, in which
    companies count.

    Companies are looked up for the people of the page only, unless the list is sorted by them.
    """
    days, before = compared or (None, None)
    page = SQL("limit %(limit)s offset %(offset)s")
    by_company = sorting.key == "company"
    order = sorting.order_by(_ORDER, ties=SQL("lower(full_name), user_id"))
    return rows.every(
        connection,
        Person,
        _PEOPLE.format(
            first=SQL("") if by_company else order + SQL(" ") + page,
            order=order,
            then=page if by_company else SQL(""),
        ),
        {
            "organization": organization_id,
            "users": users,
            "first": period.first,
            "last": period.last,
            "since": before.first if before else period.first,
            "now_first": days and days.first,
            "now_last": days and days.last,
            "before_first": before and before.first,
            "before_last": before and before.last,
            "start": span[0],
            "end": span[1],
            "limit": limit,
            "offset": offset,
        },
    )


_PEOPLE = SQL("""
    with hours as (
        select
            user_id,
            sum(seconds) filter (where day >= %(first)s) as seconds,
            sum(external_seconds) filter (where day >= %(first)s) as external_seconds,
            sum(seconds) filter (where day between %(now_first)s and %(now_last)s) as seconds_now,
            sum(seconds) filter (where day between %(before_first)s and %(before_last)s)
                as seconds_before,
            max(day) filter (where day >= %(first)s) as last_day
        from timeline.user_days
        where organization_id = %(organization)s and day between %(since)s and %(last)s
            and (%(users)s::text[] is null or user_id = any(%(users)s))
        group by user_id
    ),
    listed as (
        select
            users.user_id, users.full_name, users.email, users.time_zone, here.is_active,
            coalesce(hours.seconds, 0)::integer as seconds,
            coalesce(hours.external_seconds, 0)::integer as external_seconds,
            coalesce(hours.seconds_now, 0)::integer as seconds_now,
            coalesce(hours.seconds_before, 0)::integer as seconds_before,
            hours.last_day,
            (count(*) over ())::integer as total
        from worksights.users
        left join hours using (user_id)
        cross join lateral (
            select users.deactivated_at is null or users.deactivated_at > now() as is_active
        ) as here
        where users.organization_id = %(organization)s
            and (%(users)s::text[] is null or users.user_id = any(%(users)s))
            and (here.is_active or hours.seconds is not null)
    ),
    chosen as (select * from listed {first}),
    met as (
        select
            user_id, company_id,
            count(distinct session_id)::integer as sessions, max(met_at) as last_met_at
        from clientsights.interactions
        where organization_id = %(organization)s
            and user_id = any(array(select chosen.user_id from chosen where chosen.seconds > 0))
            and met_at >= %(start)s and met_at < %(end)s and company_id is not null
        group by user_id, company_id
    ),
    most as (
        select distinct on (met.user_id)
            met.user_id, met.company_id, companies.name as company,
            met.sessions as sessions_with_company
        from met
        inner join clientsights.companies
            on companies.organization_id = %(organization)s
            and companies.company_id = met.company_id
        order by
            met.user_id, met.sessions desc, met.last_met_at desc, lower(companies.name),
            met.company_id
    )
    select
        chosen.*, most.company_id, most.company, most.sessions_with_company
    from chosen
    left join most using (user_id)
    {order} {then}
""")
