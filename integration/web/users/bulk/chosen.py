"""Reads the Zoom users and profiles that somebody chose, with what a plan needs to know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.web.users.bulk.choices import NOBODY, Choice
from integration.web.users.bulk.suggestions import (
    SOUGHT,
    SUGGESTED,
    SUGGESTIONS,
    parameters_of_suggestions,
)
from integration.web.users.found import with_found


@dataclass(frozen=True)
class Chosen:
    """A Zoom user with its mapping now and the chosen one. `user_name` is None if there is no such
    profile; `other_zoom_user` is the name of another Zoom user that is mapped to the profile.
    """

    zoom_user_id: str
    to: str
    problem: str
    zoom_account_id: str
    display_name: str | None
    email: str | None
    mapping: Literal["manual", "nobody", "email", "unmapped"]
    mapped_to: str | None
    mapped_to_name: str | None
    is_waiting: bool
    user_id: str | None
    user_name: str | None
    user_email: str | None
    deactivated_at: datetime | None
    other_zoom_user: str | None

    @property
    def name(self) -> str:
        return self.display_name or self.email or self.zoom_user_id


def chosen_of(
    connection: psycopg.Connection, choices: Sequence[Choice], *, organization_id: str
) -> list[Chosen]:
    """Without Zoom users that the organization does not have."""
    return rows.every(
        connection,
        Chosen,
        with_found(connection, by_entries=False) + _ASKED + _CHOSEN,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "zoom_users": [one.zoom_user_id for one in choices],
            "to": [one.to for one in choices],
            "problems": [one.problem for one in choices],
        },
    )


def all_suggested(
    connection: psycopg.Connection, *, organization_id: str, are_rooms: bool, search: str
) -> list[Chosen]:
    """All Zoom users that the search finds and for which there is a suggestion: a profile, or for
    rooms nobody. Suggestions are read together with what is suggested: both read all Zoom users.
    """
    return rows.every(
        connection,
        Chosen,
        with_found(connection, by_entries=False) + SUGGESTIONS + _ALL_SUGGESTED + _CHOSEN,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "sought": search,
            "reasons": ["room"] if are_rooms else list(SUGGESTED),
            "nobody": NOBODY,
            **parameters_of_suggestions(connection, organization_id),
        },
    )


_ASKED = SQL("""
    , asked as (
        select zoom_user_id, user_to, problem
        from unnest(%(zoom_users)s::text[], %(to)s::text[], %(problems)s::text[])
            as asked (zoom_user_id, user_to, problem)
    )
""")
_ALL_SUGGESTED = SQL("""
    , asked as materialized (
        select
            suggestions.zoom_user_id,
            coalesce(suggestions.suggested_user_id, %(nobody)s) as user_to,
            '' as problem
        from suggestions
        inner join found using (zoom_user_id)
        where suggestions.reason = any(%(reasons)s) and {sought}
    )
""").format(sought=SOUGHT)
_CHOSEN = SQL("""
    , holders as materialized (
        select
            user_id, min(zoom_user_id) as first_id, max(zoom_user_id) as last_id,
            min(coalesce(display_name, email, zoom_user_id)) as name,
            max(coalesce(display_name, email, zoom_user_id)) as other_name
        from found
        where user_id is not null
        group by user_id
    )
    select distinct on (lower(coalesce(found.display_name, found.email, '')), found.zoom_user_id)
        found.zoom_user_id, asked.user_to as "to", asked.problem, found.zoom_account_id,
        found.display_name, found.email, found.mapping, found.user_id as mapped_to,
        found.user_name as mapped_to_name, found.is_waiting, users.user_id,
        users.full_name as user_name, users.email as user_email, users.deactivated_at,
        case
            when holders.first_id <> found.zoom_user_id then holders.name
            when holders.last_id <> found.zoom_user_id then holders.other_name
        end as other_zoom_user
    from asked
    inner join found using (zoom_user_id)
    left join worksights.users
        on users.organization_id = %(organization)s and users.user_id = asked.user_to
    left join holders on holders.user_id = users.user_id
    order by
        lower(coalesce(found.display_name, found.email, '')), found.zoom_user_id,
        found.zoom_account_id
""")
