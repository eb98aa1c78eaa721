"""Finds the profiles that were typed: by email, or by a name that only one active user has."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.profiles import Profile
from integration.directory.text_search import folded
from integration.quantities import quantity
from integration.web.users.bulk.choices import BY_EMAIL, NOBODY
from integration.web.users.candidates import Candidate, candidates_of

WORDS = {"nobody": NOBODY, "by email": BY_EMAIL}  # in a file or a field, instead of an email
MOST_OFFERED = 200  # more would be most of the page's size
MOST_NAMESAKES = 20  # of more, one is found by typing


@dataclass(frozen=True)
class Typed:
    """`user_id` is None if there is no such user, or if several have the name."""

    text: str
    user_id: str | None
    people: int

    @property
    def problem(self) -> str:
        if self.user_id is not None:
            return ""
        if self.people > 1:
            return f"{quantity(self.people, 'person', 'people')} have the name “{self.text}”"
        return f"no WorkSights user has the {self._kind} “{self.text}”"

    @property
    def _kind(self) -> str:
        return "email" if "@" in self.text else "name"


def profiles_typed(
    connection: psycopg.Connection, texts: Collection[str], *, organization_id: str
) -> dict[str, Typed]:
    """What each text means."""
    found = rows.every(
        connection,
        Typed,
        _TYPED,
        {"organization": organization_id, "texts": sorted(set(texts))},
    )
    return {one.text: one for one in found}


_TYPED = SQL("""
    with asked as (
        select text, lower(btrim(text) collate "C") as email, {text} as name
        from unnest(%(texts)s::text[]) as asked (text)
    ),
    users as (
        select user_id, lower(btrim(email) collate "C") as email, {full_name} as name,
            deactivated_at is null or deactivated_at > now() as is_active
        from worksights.users
        where organization_id = %(organization)s
    ),
    names as (
        select name, count(*) as people, min(user_id) as user_id from users
        where is_active
        group by name
    )
    select
        asked.text,
        coalesce(by_email.user_id, case when names.people = 1 then names.user_id end) as user_id,
        coalesce(names.people, 0)::integer as people
    from asked
    left join users as by_email on by_email.email = asked.email
    left join names on names.name = asked.name
""").format(text=folded(SQL("text")), full_name=folded(SQL("full_name")))


def profiles_offered(
    connection: psycopg.Connection, names: Sequence[str | None], *, organization_id: str
) -> list[Candidate]:
    """The active profiles that a field offers: those with one of the names first, then others by
    name, as far as there is room. The rest can be typed.
    """
    profiles = rows.every(
        connection,
        Profile,
        _OFFERED,
        {
            "organization": organization_id,
            "names": [name for name in names if name],
            "limit": MOST_OFFERED,
        },
    )
    return candidates_of(connection, profiles, organization_id=organization_id)


def namesakes_of(
    connection: psycopg.Connection, names: Collection[str | None], *, organization_id: str
) -> dict[str, list[str]]:
    """The ids of the active profiles with each of the names, by email. None for a name that more
    than MOST_NAMESAKES have.
    """
    if not names:
        return {}
    found = rows.every(
        connection,
        _Namesakes,
        _NAMESAKES,
        {
            "organization": organization_id,
            "names": sorted({name for name in names if name}),
            "most": MOST_NAMESAKES,
        },
    )
    return {one.name: one.user_ids for one in found}


@dataclass(frozen=True)
class _Namesakes:
    name: str
    user_ids: list[str]


_NAMESAKES = SQL("""
    select asked.name, array_agg(users.user_id order by users.email, users.user_id) as user_ids
    from unnest(%(names)s::text[]) as asked (name)
    inner join worksights.users
        on users.organization_id = %(organization)s and {full_name} = {name}
    where users.deactivated_at is null or users.deactivated_at > now()
    group by asked.name
    having count(*) <= %(most)s
""").format(full_name=folded(SQL("users.full_name")), name=folded(SQL("asked.name")))
_OFFERED = SQL("""
    with names as (
        select {text} as name from unnest(%(names)s::text[]) as asked (text)
    )
    select user_id, full_name, email, time_zone, deactivated_at from worksights.users
    where organization_id = %(organization)s
        and (deactivated_at is null or deactivated_at > now())
    order by {full_name} in (select name from names) desc, full_name, user_id
    limit %(limit)s
""").format(text=folded(SQL("text")), full_name=folded(SQL("full_name")))
