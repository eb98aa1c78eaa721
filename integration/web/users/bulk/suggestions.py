"""SQL that suggests a profile for each Zoom user without a mapping. A suggestion is never applied
until somebody confirms it.

The suggestion is the only active profile with the same name, as the search compares names, or with
the same local part at one of the organization's own domains: `ann@old.example` for
`ann@new.example`.
"""

from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.directory.text_search import folded
from integration.identity.rules import organization_rules
from integration.identity.word_lists import entries
from integration.web.users.found import with_found

# Why there is a suggestion ("alias", "name"), or why there is none.
Reason = Literal["alias", "name", "two_profiles", "several", "taken", "two_zoom_users", "room", ""]
SUGGESTED = ("alias", "name")
# In addition to the words of devices: what rooms are called.
ROOMS = ("room", "rooms", "boardroom", "meeting room", "reception", "lobby", "kiosk", "conference")


def parameters_of_suggestions(
    connection: psycopg.Connection, organization_id: str
) -> dict[str, object]:
    """The parameters of SUGGESTIONS, besides those of `with_found`."""
    domains = rows.scalars(
        connection,
        str,
        """
        select distinct split_part(lower(btrim(email) collate "C"), '@', 2)
        from worksights.users where organization_id = %(organization)s
        """,
        {"organization": organization_id},
    )
    configured = rows.scalars(
        connection,
        str,
        "select domain from integration.own_domains where organization_id = %s",
        [organization_id],
    )
    rules = organization_rules(
        user_emails=[f"someone@{domain}" for domain in domains],
        own_domains=configured,
        overrides={},
        settings={},
    )
    words = "|".join(sorted({*ROOMS, *entries("device_words.txt")}))
    return {"own_domains": sorted(rules.own_domains), "rooms": rf"\m({words})\M"}


@dataclass(frozen=True)
class Suggestion:
    """What is suggested for a Zoom user. `user_id` is the profile that was found, even if, for the
    given reason, it is not suggested; None if there is none, or if there are several.
    """

    zoom_user_id: str
    reason: Reason
    people: int
    user_id: str | None
    full_name: str | None
    user_email: str | None

    @property
    def is_suggested(self) -> bool:
        return self.reason in SUGGESTED

    @property
    def is_room(self) -> bool:
        return self.reason == "room"


# To follow `with_found` without a search: a row for each unmapped Zoom user. `people` counts the
# profiles with the name.
SUGGESTIONS = SQL("""
    , profiles as (
        select
            users.user_id, {name} as name,
            split_part(lower(btrim(users.email) collate "C"), '@', 1) as local_part,
            split_part(lower(btrim(users.email) collate "C"), '@', 2) = any(%(own_domains)s)
                as is_at_own_domain
        from worksights.users
        where users.organization_id = %(organization)s
            and (users.deactivated_at is null or users.deactivated_at > now())
    ),
    names as (
        select name, count(*) as people, min(user_id) as user_id from profiles
        where name <> ''
        group by name
    ),
    aliases as (
        select local_part, min(user_id) as user_id from profiles
        where is_at_own_domain
        group by local_part
        having count(*) = 1
    ),
    taken as (
        select distinct user_id from found where user_id is not null
    ),
    open_users as (
        select distinct on (zoom_user_id)
            zoom_user_id, {zoom_name} as name, email, concat_ws(' ', display_name, email) as words
        from found
        where mapping = 'unmapped'
        order by zoom_user_id, zoom_account_id
    ),
    matched as (
        select
            open_users.zoom_user_id, open_users.words,
            coalesce(aliases.user_id, names.user_id) as user_id,
            aliases.user_id as alias_user_id,
            names.user_id as name_user_id,
            coalesce(names.people, 0) as people,
            count(*) over (
                partition by coalesce(aliases.user_id, names.user_id)
            ) as zoom_users
        from open_users
        left join names using (name)
        left join aliases
            on aliases.local_part = split_part(open_users.email, '@', 1)
            and split_part(open_users.email, '@', 2) = any(%(own_domains)s)
    ),
    suggestions as (
        select
            matched.zoom_user_id, matched.people,
            case
                when matched.user_id is null and matched.words ~* %(rooms)s then 'room'
                when matched.user_id is null then ''
                when alias_user_id is null and people > 1 then 'several'
                when alias_user_id <> name_user_id and people = 1 then 'two_profiles'
                when taken.user_id is not null then 'taken'
                when zoom_users > 1 then 'two_zoom_users'
                when alias_user_id is not null then 'alias'
                else 'name'
            end as reason,
            matched.user_id as suggested_user_id, users.full_name as suggested_name,
            users.email as suggested_email
        from matched
        left join taken using (user_id)
        left join worksights.users
            on users.organization_id = %(organization)s and users.user_id = matched.user_id
    )
""").format(
    name=folded(SQL("users.full_name")),
    zoom_name=folded(SQL("coalesce(display_name, '')")),
)


# The Zoom users that the list's search finds; `%(sought)s` is its text.
SOUGHT = SQL("""
    (
        %(sought)s::text = ''
        or strpos(lower(concat_ws(
            E'\\n', found.display_name, found.email, found.zoom_user_id, found.user_name,
            found.user_email
        )), lower(%(sought)s)) > 0
    )
""")


def suggestions_of(
    connection: psycopg.Connection, *, organization_id: str, search: str = ""
) -> dict[str, Suggestion]:
    """The suggestions of all unmapped Zoom users that the search finds, by Zoom user."""
    found = rows.every(
        connection,
        Suggestion,
        with_found(connection, by_entries=False) + SUGGESTIONS + _ALL,
        {
            "organization": organization_id,
            "zoom_user": None,
            "search": "",
            "sought": search,
            **parameters_of_suggestions(connection, organization_id),
        },
    )
    return {one.zoom_user_id: one for one in found}


_ALL = SQL("""
    select distinct on (suggestions.zoom_user_id)
        suggestions.zoom_user_id, suggestions.reason, suggestions.people::integer as people,
        case when suggestions.reason in ('several', 'two_profiles') then null
            else suggestions.suggested_user_id end as user_id,
        suggestions.suggested_name as full_name, suggestions.suggested_email as user_email
    from suggestions
    inner join found using (zoom_user_id)
    where {sought}
    order by suggestions.zoom_user_id
""").format(sought=SOUGHT)
