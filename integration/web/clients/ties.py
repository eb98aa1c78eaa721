"""Reads which users meet a client, in which sessions, and what each adds to the relationship."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

from integration.database import rows
from integration.directory.text_search import patterns_of
from integration.web.clients.companies import MATCHES
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
class CompanyTie:
    """A user's relationship with a company; `meetings` are those of a period."""

    user_id: str
    full_name: str
    company_name: str
    domain: str
    meetings: int
    person_seconds: int
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


def every_tie(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    search: str,
    since: datetime | None,
    limit: int,
) -> list[CompanyTie]:
    """The relationships of users who exist with the companies that have all words of the text in
    their name or domain, with the meetings since then.
    """
    return rows.every(
        connection,
        CompanyTie,
        SQL("""
        with ties as materialized (
            select ties.*, companies.name as company_name, companies.domain, users.full_name
            from clientsights.companies
            inner join intermediate.int_company_relationships as ties
                on ties.organization_id = companies.organization_id
                and ties.company_id = companies.company_id
            inner join worksights.users
                on users.organization_id = ties.organization_id and users.user_id = ties.user_id
            where companies.organization_id = %(organization)s
                and {matches}
            limit %(limit)s
        ),
        met as materialized (
            select user_id, company_id, count(distinct session_id)::integer as meetings
            from intermediate.int_interactions
            where organization_id = %(organization)s
                and company_id in (select company_id from ties)
                and met_at >= coalesce(%(since)s::timestamptz, '-infinity')
            group by user_id, company_id
        )
        select
            ties.user_id, ties.full_name, ties.company_name, ties.domain,
            coalesce(met.meetings, 0) as meetings, ties.shared_seconds as person_seconds,
            graded.strength::double precision as strength,
            clientsights.grade_of(graded.strength) as grade, ties.last_met_at
        from ties
        left join met on met.user_id = ties.user_id and met.company_id = ties.company_id
        cross join lateral (
            select clientsights.strength_at(ties.decayed_minutes, now()) as strength
        ) as graded
        order by lower(ties.company_name), ties.domain, lower(ties.full_name), ties.user_id
        """).format(matches=MATCHES),
        {
            "organization": organization_id,
            "patterns": patterns_of(connection, search),
            "since": since,
            "limit": limit,
        },
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
