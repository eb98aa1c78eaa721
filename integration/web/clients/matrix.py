"""Who knows whom: a table of people and companies with the strongest relationships."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from integration.database import rows

SHOWN = 12  # people and companies; more would not fit
CANDIDATES = 50  # relationships of each company among which its people are sought
COUNTED = 100  # people who know a company; more are not counted


@dataclass(frozen=True)
class Tie:
    """A cell: the meetings of a user and a company in a period, and the relationship today.
    `is_strongest` if no active user has a stronger one with the company, which `known_by` active
    users have met; more than COUNTED are not counted.
    """

    user_id: str
    full_name: str
    company_id: str
    company_name: str
    is_guessed: bool
    known_by: int
    meetings: int
    grade: str
    is_strongest: bool


@dataclass(frozen=True)
class Heading:
    """A company above its column. `only` is the one active user who has met it."""

    company_id: str
    name: str
    is_guessed: bool
    known_by: int
    only: str | None


@dataclass(frozen=True)
class Row:
    """A user, with a cell for each company in the order of the headings."""

    user_id: str
    name: str
    cells: list[Tie | None]


@dataclass(frozen=True)
class Matrix:
    headings: list[Heading]
    rows: list[Row]
    counted: int = COUNTED


def arranged(ties: Sequence[Tie]) -> Matrix:
    """The table, with people and companies in the order of their names."""
    of_company: dict[str, list[Tie]] = {}
    for tie in sorted(ties, key=lambda tie: (tie.company_name.lower(), tie.company_id)):
        of_company.setdefault(tie.company_id, []).append(tie)
    users = {tie.user_id: tie.full_name for tie in ties}
    cells = {(tie.user_id, tie.company_id): tie for tie in ties}
    return Matrix(
        headings=[
            Heading(
                company_id,
                own[0].company_name,
                own[0].is_guessed,
                own[0].known_by,
                only=own[0].full_name if own[0].known_by == 1 else None,
            )
            for company_id, own in of_company.items()
        ],
        rows=[
            Row(user_id, name, [cells.get((user_id, company_id)) for company_id in of_company])
            for user_id, name in sorted(users.items(), key=lambda user: (user[1].lower(), user[0]))
        ],
    )


def strongest_ties(
    connection: psycopg.Connection, *, organization_id: str, since: datetime | None
) -> list[Tie]:
    """The relationships of the companies with the strongest ones and the active users with most
    minutes in the strongest of each. Whoever has the strongest one with a company is among them.
    """
    # The index that has the company has the month, not the time.
    month = since.astimezone(UTC).date().replace(day=1) if since else None
    return rows.every(
        connection,
        Tie,
        """
        with top_companies as materialized (
            select
                companies.company_id, companies.name, companies.name_source,
                strongest.user_id, strongest.decayed_minutes
            from clientsights.companies
            cross join lateral (
                select ties.user_id, ties.decayed_minutes
                from intermediate.int_company_relationships as ties
                inner join worksights.users
                    on users.organization_id = ties.organization_id
                    and users.user_id = ties.user_id
                    and (users.deactivated_at is null or users.deactivated_at > now())
                where ties.organization_id = companies.organization_id
                    and ties.company_id = companies.company_id
                order by ties.decayed_minutes desc, ties.user_id
                limit 1
            ) as strongest
            where companies.organization_id = %(organization)s
            order by strongest.decayed_minutes desc, companies.company_id
            limit %(shown)s
        ),
        top_users as materialized (
            select users.user_id, users.full_name
            from top_companies
            cross join lateral (
                select ties.user_id, ties.decayed_minutes
                from intermediate.int_company_relationships as ties
                where ties.organization_id = %(organization)s
                    and ties.company_id = top_companies.company_id
                order by ties.decayed_minutes desc, ties.user_id
                limit %(candidates)s
            ) as ties
            inner join worksights.users
                on users.organization_id = %(organization)s and users.user_id = ties.user_id
                and (users.deactivated_at is null or users.deactivated_at > now())
            group by users.user_id, users.full_name
            order by
                bool_or(users.user_id = top_companies.user_id) desc,
                sum(ties.decayed_minutes) desc, users.user_id
            limit %(shown)s
        )
        select
            top_users.user_id, top_users.full_name, ties.company_id,
            top_companies.name as company_name,
            top_companies.name_source = 'guess' as is_guessed,
            known.known_by, met.meetings,
            clientsights.grade_of(clientsights.strength_at(ties.decayed_minutes, now())) as grade,
            top_users.user_id = top_companies.user_id as is_strongest
        from top_companies
        cross join lateral (
            select count(*)::integer as known_by
            from (
                select from intermediate.int_company_relationships as ties
                inner join worksights.users
                    on users.organization_id = ties.organization_id
                    and users.user_id = ties.user_id
                    and (users.deactivated_at is null or users.deactivated_at > now())
                where ties.organization_id = %(organization)s
                    and ties.company_id = top_companies.company_id
                limit %(counted)s
            ) as active
        ) as known
        cross join top_users
        inner join intermediate.int_company_relationships as ties
            on ties.organization_id = %(organization)s
            and ties.company_id = top_companies.company_id
            and ties.user_id = top_users.user_id
        cross join lateral (
            select count(distinct interactions.session_id)::integer as meetings
            from intermediate.int_interactions as interactions
            where interactions.organization_id = %(organization)s
                and interactions.user_id = ties.user_id
                and interactions.company_id = ties.company_id
                and interactions.month >= coalesce(%(month)s::date, '-infinity')
                and interactions.met_at >= coalesce(%(since)s::timestamptz, '-infinity')
        ) as met
        """,
        {
            "organization": organization_id,
            "since": since,
            "month": month,
            "shown": SHOWN,
            "candidates": CANDIDATES,
            "counted": COUNTED,
        },
    )
