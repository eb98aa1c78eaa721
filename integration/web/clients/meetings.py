"""Lists the sessions in which users have met a client: one row for each, with who was there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.page.titles import TOPIC

NAMED = 12  # people of one side of one meeting; the others are counted


@dataclass(frozen=True)
class User:
    """One of our people in a meeting."""

    user_id: str
    name: str


@dataclass(frozen=True)
class Guest:
    """One of their people in a meeting."""

    person_id: str
    name: str
    is_human: bool
    is_guessed: bool


@dataclass(frozen=True)
class Meeting:
    """`met_seconds` is the length of the time in which anybody met the company, and None for a
    single person. `topic` is None if the session has none, or if the viewer may not read it. Of
    both sides, up to as many as asked for are named, in the order of their names.
    """

    session_id: str
    topic: str | None
    is_topic_hidden: bool
    feature: str
    session_type: str
    met_at: datetime
    met_seconds: int | None
    user_count: int
    user_ids: list[str]
    user_names: list[str]
    person_count: int
    person_ids: list[str]
    person_names: list[str]
    people_human: list[bool]
    people_guessed: list[bool]

    @property
    def users(self) -> Iterator[User]:
        return map(User, self.user_ids, self.user_names)

    @property
    def people(self) -> Iterator[Guest]:
        return map(
            Guest, self.person_ids, self.person_names, self.people_human, self.people_guessed
        )


# From the index on client and time; who was there from the one on the session.
_OF_COMPANY = SQL("""
    select
        met.organization_id, met.session_id, met.met_at, met.met_seconds, met.user_count,
        met.person_count
    from clientsights.company_sessions as met
    where met.organization_id = %(organization)s and met.company_id = %(client)s
    order by met.met_at desc, met.session_id
    limit %(limit)s offset %(offset)s
""")
_OF_PERSON = SQL("""
    select
        organization_id, session_id, min(met_at) as met_at, null::integer as met_seconds,
        count(*)::integer as user_count, 1 as person_count
    from intermediate.int_interactions
    where organization_id = %(organization)s and person_id = %(client)s
    group by organization_id, session_id
    order by min(met_at) desc, session_id
    limit %(limit)s offset %(offset)s
""")
_MEETINGS = SQL("""
    with page as ({page})
    select
        page.session_id, {topic}, coalesce(sessions.feature, 'meetings') as feature,
        coalesce(sessions.session_type, 'other') as session_type,
        page.met_at, page.met_seconds,
        page.user_count, ours.user_ids, ours.user_names,
        page.person_count, theirs.person_ids, theirs.person_names, theirs.people_human,
        theirs.people_guessed
    from page
    left join timeline.sessions using (organization_id, session_id)
    cross join lateral (
        select
            coalesce(array_agg(named.user_id), '{{}}') as user_ids,
            coalesce(array_agg(named.name), '{{}}') as user_names
        from (
            select met.user_id, coalesce(users.full_name, 'Former user') as name
            from (
                select distinct met.organization_id, met.user_id
                from intermediate.int_interactions as met
                where met.organization_id = page.organization_id
                    and met.session_id = page.session_id and met.{key} = %(client)s
            ) as met
            left join worksights.users
                on users.organization_id = met.organization_id and users.user_id = met.user_id
            order by lower(users.full_name) nulls last, met.user_id
            limit %(named)s
        ) as named
    ) as ours
    cross join lateral (
        select
            coalesce(array_agg(named.person_id), '{{}}') as person_ids,
            coalesce(array_agg(named.display_name), '{{}}') as person_names,
            coalesce(array_agg(named.is_human), '{{}}') as people_human,
            coalesce(array_agg(named.is_guessed), '{{}}') as people_guessed
        from (
            select
                people.person_id, people.display_name, people.kind = 'human' as is_human,
                people.name_source = 'guess' as is_guessed
            from (
                select distinct met.organization_id, met.person_id
                from intermediate.int_interactions as met
                where met.organization_id = page.organization_id
                    and met.session_id = page.session_id and met.{key} = %(client)s
            ) as met
            inner join clientsights.people using (organization_id, person_id)
            order by lower(people.display_name), people.person_id
            limit %(named)s
        ) as named
    ) as theirs
    order by page.met_at desc, page.session_id
""")


def meetings(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    company_id: str | None = None,
    person_id: str | None = None,
    topics_of: str | None,
    limit: int | None,
    offset: int = 0,
    named: int | None = NAMED,
) -> list[Meeting]:
    """The meetings with a company or a person, the latest first. `topics_of` is that of TOPIC."""
    key, page = ("company_id", _OF_COMPANY) if company_id else ("person_id", _OF_PERSON)
    return rows.every(
        connection,
        Meeting,
        _MEETINGS.format(page=page, topic=TOPIC, key=SQL(key)),
        {
            "organization": organization_id,
            "client": company_id or person_id,
            "topics_of": topics_of,
            "limit": limit,
            "offset": offset,
            "named": named,
        },
    )
