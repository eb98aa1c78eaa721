"""The access log: whose data was shown to whom (contract, 5.17)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import psycopg
from psycopg.types.range import DateRange

from integration.database import rows


class Act(StrEnum):
    """What was shown, as it is stored. Pages declare it, and show nothing before it is recorded."""

    DAY = "day"
    OUTCOMES = "outcomes"
    LAST_ENTRIES = "last_entries"
    EFFECTS = "effects"
    CLIENTS = "clients"
    TEAM = "team"
    SEARCH = "search"
    EXPLAIN = "explain"
    EXPORT = "export"
    DIGEST = "digest"


# What the affected person reads.
WORDS = {
    Act.DAY: "Your day on the timeline",
    Act.OUTCOMES: "Your sessions on the Missing page",
    Act.LAST_ENTRIES: "The times of your last entries",
    Act.EFFECTS: "How many of your sessions a settings change affects",
    Act.CLIENTS: "The people you meet",
    Act.TEAM: "Your days and hours in a team's week or month",
    Act.SEARCH: "Your name, or one of your sessions, in search results",
    Act.EXPLAIN: "Your sessions, with a command on the server",
    Act.EXPORT: "All data about you",
    Act.DIGEST: "The week's figures of a small team that you are in, by email",
}


@dataclass(frozen=True)
class Access:
    """What one person saw on one day, how many times, and last when. `first_day` and `last_day` are
    those of the data. `actor_name` is None if the actor is a command or no longer a user.
    `via_link_of` is who made the link that the actor signed in with, if it was somebody else.
    """

    actor: str
    actor_name: str | None
    via_link_of: str | None
    act: Act
    first_day: date | None
    last_day: date | None
    times: int
    last_at: datetime


def record_access(
    connection: psycopg.Connection,
    *,
    organization_id: str,
    actor: str,
    act: Act,
    users: Collection[str | None] = (),
    persons: Collection[str | None] = (),
    days: tuple[date, date] | None = None,
    via_link_of: str | None = None,
) -> None:
    """Records that data of these users and external persons is shown to `actor`, in the transaction
    that reads it. Nobody's access to their own data is recorded. `days`: the first and the last.
    `via_link_of` is who made the link that the actor signed in with, if it was somebody else: then
    their own data is recorded, too.
    """
    about_users = sorted({user for user in users if user and (user != actor or via_link_of)})
    about_persons = sorted({person for person in persons if person})
    if not about_users and not about_persons:
        return
    connection.execute(
        """
        insert into integration.access_log
            (organization_id, actor, act, about_user_id, about_person_id, days, via_link_of)
        select
            %(organization)s, %(actor)s, %(act)s, about.user_id, about.person_id, %(days)s,
            %(via_link_of)s
        from (
            select user_id, null::text as person_id from unnest(%(users)s::text[]) as user_id
            union all
            select null, person_id from unnest(%(persons)s::text[]) as person_id
        ) as about
        """,
        {
            "organization": organization_id,
            "actor": actor,
            "act": act,
            "users": about_users,
            "persons": about_persons,
            "days": DateRange(*days, bounds="[]") if days else None,
            "via_link_of": via_link_of,
        },
    )


def accesses_to(
    connection: psycopg.Connection, user_id: str, *, organization_id: str, zone: str, limit: int
) -> list[Access]:
    """Who saw this user's data, by day in this time zone, the latest first."""
    return rows.every(
        connection,
        Access,
        """
        select
            accesses.actor, actors.full_name as actor_name, accesses.via_link_of, accesses.act,
            lower(accesses.days) as first_day, upper(accesses.days) - 1 as last_day,
            count(*) as times, max(accesses.at) as last_at
        from integration.access_log as accesses
        left join worksights.users as actors
            on actors.organization_id = accesses.organization_id
            and actors.user_id = accesses.actor
        where accesses.organization_id = %(organization)s
            and accesses.about_user_id = %(user)s
        group by
            accesses.actor, actors.full_name, accesses.via_link_of, accesses.act, accesses.days,
            (accesses.at at time zone %(zone)s)::date
        order by last_at desc
        limit %(limit)s
        """,
        {"organization": organization_id, "user": user_id, "zone": zone, "limit": limit},
    )
