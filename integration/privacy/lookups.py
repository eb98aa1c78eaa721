"""Reads what an erasure needs to know before it removes anything."""

from collections.abc import Collection
from dataclasses import dataclass, field

import psycopg

from integration.database import rows
from integration.privacy.texts import keys_in
from integration.zoom.parties import OWNER_OF_LOG, SIDES, ZOOM_USER, fields_of_sides


@dataclass(frozen=True)
class WorksightsUser:
    """`emails` has the current one, and those that earlier batches recorded."""

    user_id: str
    full_name: str = field(repr=False)
    is_active: bool
    emails: list[str] = field(repr=False)


def worksights_users(connection: psycopg.Connection, organization_id: str) -> list[WorksightsUser]:
    """All WorkSights users of the organization."""
    return rows.every(
        connection,
        WorksightsUser,
        """
        select
            users.user_id, users.full_name,
            users.deactivated_at is null or users.deactivated_at > now() as is_active,
            array_append(
                array(
                    select user_emails.email from pipeline.user_emails
                    where user_emails.organization_id = users.organization_id
                        and user_emails.user_id = users.user_id
                ),
                users.email
            ) as emails
        from worksights.users
        where users.organization_id = %s
        """,
        [organization_id],
    )


def users_with_addresses(
    connection: psycopg.Connection, organization_id: str, keys: Collection[str]
) -> list[WorksightsUser]:
    """The WorkSights users with a current or former address that has one of these person keys."""
    wanted = set(keys)
    return [
        user
        for user in worksights_users(connection, organization_id)
        if any(wanted & keys_in(email) for email in user.emails)
    ]


def names_of_zoom_users(
    connection: psycopg.Connection, organization_id: str, zoom_user_ids: Collection[str]
) -> list[str]:
    """All names of these Zoom users in imports and user events."""
    return rows.scalars(
        connection,
        str,
        """
        with known as (
            select zoom_user_id, display_name, first_name, last_name from zoom_raw.users
            where organization_id = %(organization)s
            union all
            select
                fields ->> %(zoom_user_id)s, fields ->> %(name)s, fields ->> %(first_name)s,
                fields ->> %(last_name)s
            from zoom_raw.events
            where organization_id = %(organization)s and event like 'user.%%'
        )
        select distinct names.name
        from known
        cross join lateral (
            values (known.display_name), (concat_ws(' ', known.first_name, known.last_name))
        ) as names (name)
        where known.zoom_user_id = any(%(ids)s) and names.name is not null
        """,
        {"organization": organization_id, "ids": list(zoom_user_ids), **ZOOM_USER},
    )


def phone_numbers(
    connection: psycopg.Connection, organization_id: str
) -> list[tuple[str, str | None, str | None]]:
    """(number, zoom_user_id, email) of each side of a call."""
    return connection.execute(
        """
        select distinct
            fields ->> sides.number,
            coalesce(
                fields ->> sides.zoom_user_id,
                case when event like 'phone.' || sides.side || '_%%' then fields ->> %(owner)s end
            ),
            fields ->> sides.email
        from zoom_raw.events
        cross join unnest(
            %(sides)s::text[], %(phone_number)s::text[], %(zoom_user_id)s::text[],
            %(email)s::text[]
        ) as sides (side, number, zoom_user_id, email)
        where events.organization_id = %(organization)s and event like 'phone.%%'
            and fields ? sides.number
        """,
        {
            "organization": organization_id,
            "owner": OWNER_OF_LOG["zoom_user_id"],
            "sides": list(SIDES),
            **fields_of_sides(),
        },
    ).fetchall()


def sides_of_extensions(
    connection: psycopg.Connection, organization_id: str, zoom_user_ids: Collection[str]
) -> list[tuple[str, str]]:
    """(session_id, `caller` or `callee`): sides of calls that are identified only by an extension
    that belonged to one of these Zoom users at the time of the call.
    """
    return connection.execute(
        """
        select distinct events.session_id, sides.side
        from zoom_raw.events
        cross join unnest(
            %(sides)s::text[], %(extension_id)s::text[], %(extension_number)s::text[],
            %(zoom_user_id)s::text[], %(email)s::text[]
        ) as sides (side, extension_id, extension_number, zoom_user_id, email)
        inner join pipeline.settings
            on settings.organization_id = events.organization_id
            and settings.zoom_account_id = events.zoom_account_id
            and (settings.kind, settings.value) in (
                ('phone_extension_id', fields ->> sides.extension_id),
                ('phone_extension_number', fields ->> sides.extension_number)
            )
            and settings.valid @> events.occurred_at
        where events.organization_id = %(organization)s and events.event like 'phone.%%'
            and coalesce(fields ->> sides.zoom_user_id, fields ->> sides.email) is null
            and settings.subject = any(%(ids)s)
        """,
        {
            "organization": organization_id,
            "ids": list(zoom_user_ids),
            "sides": list(SIDES),
            **fields_of_sides(),
        },
    ).fetchall()


def organizations(connection: psycopg.Connection) -> list[str]:
    """The ids of all organizations."""
    return rows.scalars(
        connection,
        str,
        "select organization_id from worksights.organizations order by organization_id",
    )


def addresses(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """(organization, address) of all participants, Zoom users and WorkSights users."""
    return connection.execute(
        """
        select organization_id, address from clientsights_raw.email_addresses
        union
        select organization_id, email from worksights.users
        union
        select organization_id, email from pipeline.user_emails where email is not null
        union
        select organization_id, email from zoom_raw.users where email is not null
        """
    ).fetchall()


def sessions(connection: psycopg.Connection, organization_id: str) -> list[str]:
    """All landed sessions of the organization."""
    return rows.scalars(
        connection,
        str,
        "select distinct session_id from zoom_raw.events "
        "where organization_id = %s and session_id is not null",
        [organization_id],
    )


def person_keys(connection: psycopg.Connection, organization_id: str) -> set[str]:
    """The keys of everybody with an address in the organization."""
    found = rows.scalars(
        connection,
        str,
        """
        select email from worksights.users where organization_id = %(own)s
        union
        select email from zoom_raw.users where organization_id = %(own)s and email is not null
        union
        select address from clientsights_raw.email_addresses where organization_id = %(own)s
        """,
        {"own": organization_id},
    )
    return {key for address in found for key in keys_in(address)}
