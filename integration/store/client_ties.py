"""Who of an organization meets a client, in which sessions, and what each adds to the tie."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class Tie:
    """One user's tie with a company or a person."""

    user_id: str
    full_name: str
    session_count: int
    seconds: int
    strength: float
    grade: str
    last_met_at: datetime


@dataclass(frozen=True)
class Interaction:
    """One entry of a user and one person met in it. `weighted_minutes` is what it added to the
    tie's minutes, `minutes_now` what is left of that today.
    """

    user_id: str
    full_name: str
    person_id: str
    person_name: str
    is_human: bool
    is_guessed: bool
    title: str | None
    met_at: datetime
    shared_seconds: int
    people_in_session: int
    weighted_minutes: float
    minutes_now: float


@dataclass(frozen=True)
class DrawnTie:
    """A line of the picture."""

    user_id: str
    full_name: str
    company_id: str
    company_name: str
    session_count: int
    seconds: int
    strength: float
    grade: str


def ties_of_company(
    connection: psycopg.Connection, *, organization_id: str, company_id: str
) -> list[Tie]:
    """Strongest first."""
    return _ties(connection, "company_relationships", "company_id", organization_id, company_id)


def ties_of_person(
    connection: psycopg.Connection, *, organization_id: str, person_id: str
) -> list[Tie]:
    """Strongest first."""
    return _ties(connection, "relationships", "person_id", organization_id, person_id)


def interactions(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    company_id: str | None = None,
    person_id: str | None = None,
    limit: int,
    offset: int = 0,
) -> list[Interaction]:
    """Of a person, or of all people of a company, the latest first. People come from their index on
    the company, interactions from theirs on the person.
    """
    cursor = connection.cursor(row_factory=class_row(Interaction))
    return cursor.execute(
        """
        select
            interactions.user_id, coalesce(users.full_name, 'A former user') as full_name,
            people.person_id, people.display_name as person_name,
            people.kind = 'human' as is_human, people.name_source = 'guess' as is_guessed,
            activities.title, interactions.met_at, interactions.shared_seconds,
            interactions.people_in_session, interactions.weighted_minutes,
            clientsights.minutes_at(interactions.decayed_minutes, now()) as minutes_now
        from clientsights.people
        inner join clientsights.interactions using (organization_id, person_id)
        left join worksights.users
            on users.organization_id = interactions.organization_id
            and users.user_id = interactions.user_id
        left join timeline.activities
            on activities.organization_id = interactions.organization_id
            and activities.session_id = interactions.session_id
            and activities.user_id = interactions.user_id
        where people.organization_id = %(organization)s
            and (%(company)s::text is null or people.company_id = %(company)s)
            and (%(person)s::text is null or people.person_id = %(person)s)
        order by
            interactions.met_at desc, interactions.session_id, interactions.user_id,
            interactions.person_id
        limit %(limit)s offset %(offset)s
        """,
        {
            "organization": organization_id,
            "company": company_id,
            "person": person_id,
            "limit": limit,
            "offset": offset,
        },
    ).fetchall()


def strongest_ties(
    connection: psycopg.Connection, *, organization_id: str, companies: int, users: int
) -> list[DrawnTie]:
    """The ties between the companies with the strongest ones and the users with the most of these
    companies; strongest company first.
    """
    cursor = connection.cursor(row_factory=class_row(DrawnTie))
    return cursor.execute(
        """
        with top_companies as (
            select company_id, max(decayed_minutes) as decayed_minutes
            from clientsights.company_relationships
            where organization_id = %(organization)s
            group by company_id
            order by max(decayed_minutes) desc, company_id
            limit %(companies)s
        ),
        top_users as (
            select ties.user_id
            from clientsights.company_relationships as ties
            inner join top_companies using (company_id)
            where ties.organization_id = %(organization)s
            group by ties.user_id
            order by sum(ties.decayed_minutes) desc, ties.user_id
            limit %(users)s
        )
        select
            ties.user_id, users.full_name, ties.company_id, companies.name as company_name,
            ties.session_count, ties.shared_seconds as seconds,
            ties.strength::double precision as strength, ties.grade
        from clientsights.company_relationships as ties
        inner join top_companies using (company_id)
        inner join top_users using (user_id)
        inner join clientsights.companies using (organization_id, company_id)
        inner join worksights.users
            on users.organization_id = ties.organization_id and users.user_id = ties.user_id
        where ties.organization_id = %(organization)s and ties.grade <> 'none'
        order by
            top_companies.decayed_minutes desc, ties.company_id, ties.strength desc, ties.user_id
        """,
        {"organization": organization_id, "companies": companies, "users": users},
    ).fetchall()


def _ties(
    connection: psycopg.Connection, table: str, key: str, organization_id: str, value: str
) -> list[Tie]:
    cursor = connection.cursor(row_factory=class_row(Tie))
    return cursor.execute(
        f"""
        select
            ties.user_id, coalesce(users.full_name, 'A former user') as full_name,
            ties.session_count, ties.shared_seconds as seconds,
            ties.strength::double precision as strength, ties.grade, ties.last_met_at
        from clientsights.{table} as ties
        left join worksights.users
            on users.organization_id = ties.organization_id and users.user_id = ties.user_id
        where ties.organization_id = %s and ties.{key} = %s
        order by ties.decayed_minutes desc, ties.user_id
        """,  # noqa: S608 - our own names
        [organization_id, value],
    ).fetchall()
