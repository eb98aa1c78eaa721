"""Who owns a Zoom user: the active users whose email it has or has had. A mapping of it to somebody
else needs a second person (contract, section 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL

from integration.database import rows


@dataclass(frozen=True)
class Person:
    user_id: str
    full_name: str


@dataclass(frozen=True)
class _Owner:
    zoom_user_id: str
    user_id: str
    full_name: str


def owners_of(
    connection: psycopg.Connection, since: Mapping[str, datetime], *, organization_id: str
) -> dict[str, list[Person]]:
    """For each Zoom user of `since`, the active users whose email it has now, or has had after that
    time: an entry of that time would be theirs. Whoever has the current email comes first.
    """
    found: dict[str, list[Person]] = {}
    for owner in rows.every(
        connection,
        _Owner,
        _OWNERS,
        {
            "organization": organization_id,
            "zoom_users": list(since),
            "since": list(since.values()),
        },
    ):
        persons = found.setdefault(owner.zoom_user_id, [])
        person = Person(owner.user_id, owner.full_name)
        if person not in persons:
            persons.append(person)
    return found


def owner_of_email(
    connection: psycopg.Connection, zoom_user_id: str, *, organization_id: str, since: datetime
) -> Person | None:
    """The first owner of one Zoom user."""
    found = owners_of(connection, {zoom_user_id: since}, organization_id=organization_id)
    return next(iter(found.get(zoom_user_id, [])), None)


_OWNERS = SQL("""
    with asked as (
        select zoom_user_id, since
        from unnest(%(zoom_users)s::text[], %(since)s::timestamptz[]) as asked (zoom_user_id, since)
    ),
    emails as (
        select asked.zoom_user_id, asked.since, lower(users.email collate "C") as email,
            true as is_current
        from asked
        inner join zoom_raw.users
            on users.organization_id = %(organization)s
            and users.zoom_user_id = asked.zoom_user_id
        union
        select asked.zoom_user_id, asked.since, settings.value, settings.valid @> now()
        from asked
        inner join pipeline.settings
            on settings.organization_id = %(organization)s
            and settings.kind = 'zoom_user_email'
            and settings.subject = asked.zoom_user_id
            and settings.valid && tstzrange(asked.since, null)
    ),
    user_emails as (
        select
            user_id, lower(btrim(email) collate "C") as email, '{(,)}'::tstzmultirange as valid
        from worksights.users
        where organization_id = %(organization)s
        union all
        select subject, value, valid from pipeline.settings
        where organization_id = %(organization)s and kind = 'user_email'
    )
    select emails.zoom_user_id, users.user_id, users.full_name
    from emails
    inner join user_emails
        on user_emails.email = emails.email
        and user_emails.valid && tstzrange(emails.since, null)
    inner join worksights.users
        on users.organization_id = %(organization)s
        and users.user_id = user_emails.user_id
        and (users.deactivated_at is null or users.deactivated_at > now())
    order by emails.zoom_user_id, emails.is_current desc, users.user_id collate "C"
""")
