"""Reads which users meet a client, in which sessions, and what each adds to the relationship."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

from integration.database import rows
from integration.web.page.titles import TITLE


@dataclass(frozen=True)
class Tie:
    """One user's relationship with a company or a person."""

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
    relationship's minutes, `minutes_now` what remains of that today.
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
    """A relationship as one line of the picture."""

    user_id: str
    full_name: str
    company_id: str
    company_name: str
    session_count: int
    seconds: int
    strength: float
    grade: str


def ties_of_company(
    connection: psycopg.Connection, *, organization_id: str, company_id: str, limit: int
) -> list[Tie]:
    """The company's relationships, strongest first."""
    of_company = ("int_company_relationships", "company_id", organization_id, company_id)
    return _ties(connection, *of_company, limit=limit)


def ties_of_person(
    connection: psycopg.Connection, *, organization_id: str, person_id: str, limit: int
) -> list[Tie]:
    """The person's relationships, strongest first."""
    of_person = ("int_relationships", "person_id", organization_id, person_id)
    return _ties(connection, *of_person, limit=limit)


def interactions(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    company_id: str | None = None,
    person_id: str | None = None,
    topics_of: str | None,
    limit: int,
    offset: int = 0,
) -> list[Interaction]:
    """The interactions with a person, or with all people of a company, the latest first. Reads the
    index on either and the time from its end. `topics_of` is that of TITLE.
    """
    key, value = ("company_id", company_id) if company_id else ("person_id", person_id)
    return rows.every(
        connection,
        Interaction,
        SQL("""
        with latest as (
            select * from intermediate.int_interactions
            where organization_id = %(organization)s and {key} = %(value)s
            order by met_at desc, session_id, user_id, person_id
            limit %(limit)s offset %(offset)s
        )
        select
            latest.user_id, coalesce(users.full_name, 'Former user') as full_name,
            people.person_id, people.display_name as person_name,
            people.kind = 'human' as is_human, people.name_source = 'guess' as is_guessed,
            {title}, latest.met_at, latest.shared_seconds,
            latest.people_in_session, latest.weighted_minutes,
            clientsights.minutes_at(latest.decayed_minutes, now()) as minutes_now
        from latest
        inner join clientsights.people using (organization_id, person_id)
        left join worksights.users
            on users.organization_id = latest.organization_id and users.user_id = latest.user_id
        left join timeline.activities
            on activities.organization_id = latest.organization_id
            and activities.session_id = latest.session_id
            and activities.user_id = latest.user_id
        order by latest.met_at desc, latest.session_id, latest.user_id, latest.person_id
        """).format(key=Identifier(key), title=TITLE),
        {
            "organization": organization_id,
            "value": value,
            "topics_of": topics_of,
            "limit": limit,
            "offset": offset,
        },
    )


def strongest_ties(
    connection: psycopg.Connection, *, organization_id: str, companies: int, users: int
) -> list[DrawnTie]:
    """The relationships between the companies with the strongest ones and the users with the most
    minutes with these companies; strongest company first.
    """
    return rows.every(
        connection,
        DrawnTie,
        """
        with top_companies as materialized (
            select companies.company_id, companies.name as company_name, strongest.decayed_minutes
            from clientsights.companies
            cross join lateral (
                select ties.decayed_minutes from intermediate.int_company_relationships as ties
                where ties.organization_id = companies.organization_id
                    and ties.company_id = companies.company_id
                order by ties.decayed_minutes desc
                limit 1
            ) as strongest
            where companies.organization_id = %(organization)s
            order by strongest.decayed_minutes desc, companies.company_id
            limit %(companies)s
        ),
        top_users as materialized (
            select ties.user_id
            from intermediate.int_company_relationships as ties
            inner join top_companies using (company_id)
            where ties.organization_id = %(organization)s
            group by ties.user_id
            order by sum(ties.decayed_minutes) desc, ties.user_id
            limit %(users)s
        )
        select
            ties.user_id, users.full_name, ties.company_id, top_companies.company_name,
            ties.session_count, ties.shared_seconds as seconds,
            tie.strength::double precision as strength, clientsights.grade_of(tie.strength) as grade
        from top_companies
        cross join top_users
        inner join intermediate.int_company_relationships as ties
            on ties.organization_id = %(organization)s
            and ties.company_id = top_companies.company_id
            and ties.user_id = top_users.user_id
        cross join lateral (
            select clientsights.strength_at(ties.decayed_minutes, now()) as strength
        ) as tie
        inner join worksights.users
            on users.organization_id = ties.organization_id and users.user_id = ties.user_id
        where tie.strength > 0
        order by
            top_companies.decayed_minutes desc, ties.company_id, tie.strength desc, ties.user_id
        """,
        {"organization": organization_id, "companies": companies, "users": users},
    )


def _ties(
    connection: psycopg.Connection,
    table: str,
    key: str,
    organization_id: str,
    value: str,
    *,
    limit: int,
) -> list[Tie]:
    """The relationships, from the end of the index on client and sum. Computes the grade only for
    the rows returned.
    """
    return rows.every(
        connection,
        Tie,
        SQL("""
        with strongest as (
            select * from intermediate.{ties}
            where organization_id = %s and {key} = %s
            order by decayed_minutes desc, user_id
            limit %s
        )
        select
            strongest.user_id, coalesce(users.full_name, 'Former user') as full_name,
            strongest.session_count, strongest.shared_seconds as seconds,
            tie.strength::double precision as strength,
            clientsights.grade_of(tie.strength) as grade, strongest.last_met_at
        from strongest
        cross join lateral (
            select clientsights.strength_at(strongest.decayed_minutes, now()) as strength
        ) as tie
        left join worksights.users
            on users.organization_id = strongest.organization_id
            and users.user_id = strongest.user_id
        order by strongest.decayed_minutes desc, strongest.user_id
        """).format(ties=Identifier(table), key=Identifier(key)),
        [organization_id, value, limit],
    )
