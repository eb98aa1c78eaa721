"""Reads, changes and deletes landed events for an erasure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg.types.json import Jsonb

from integration.database import rows


@dataclass(frozen=True)
class LandedEvent:
    """`session_id` is empty for events about Zoom users."""

    event_id: str
    session_id: str
    event: str
    fields: dict[str, str] = field(repr=False)


def events_of_sessions(
    connection: psycopg.Connection, organization_id: str, session_ids: Collection[str]
) -> Iterator[LandedEvent]:
    """All landed events of these sessions."""
    found = connection.execute(
        """
        select event_id, session_id, event, fields from zoom_raw.events
        where organization_id = %s and session_id = any(%s)
        order by event_id
        """,
        [organization_id, list(session_ids)],
    )
    return (LandedEvent(*row) for row in found)


def events_of_zoom_users(
    connection: psycopg.Connection, organization_id: str
) -> Iterator[LandedEvent]:
    """All landed `user.*` events."""
    found = connection.execute(
        """
        select event_id, '', event, fields from zoom_raw.events
        where organization_id = %s and session_id is null and event like 'user.%%'
        order by event_id
        """,
        [organization_id],
    )
    return (LandedEvent(*row) for row in found)


def texts_of_events(
    connection: psycopg.Connection, organization_id: str, names: Collection[str]
) -> list[tuple[str, str]]:
    """(field, text): the distinct texts in these fields of an organization's events.

    Reads all events, so it is for erasures only, not for batches.
    """
    return connection.execute(
        """
        select distinct field.key, field.value
        from zoom_raw.events
        cross join lateral jsonb_each_text(events.fields) as field (key, value)
        where events.organization_id = %s and field.key = any(%s)
        """,
        [organization_id, list(names)],
    ).fetchall()


def sessions_with_texts(
    connection: psycopg.Connection, organization_id: str, texts: Collection[tuple[str, str]]
) -> list[str]:
    """The sessions with an event that has one of the texts (field, text)."""
    return rows.scalars(
        connection,
        str,
        """
        select distinct events.session_id
        from zoom_raw.events
        where events.organization_id = %s and events.session_id is not null
            and exists (
                select from unnest(%s::text[], %s::text[]) as wanted (field, text)
                where events.fields ->> wanted.field = wanted.text
            )
        """,
        [organization_id, [name for name, _ in texts], [text for _, text in texts]],
    )


def delete_user_events(
    connection: psycopg.Connection, organization_id: str, texts: Collection[tuple[str, str]]
) -> int:
    """Deletes the `user.*` events with one of the texts (field, text); they have no other data."""
    return connection.execute(
        """
        delete from zoom_raw.events
        where organization_id = %s and session_id is null and event like 'user.%%'
            and exists (
                select from unnest(%s::text[], %s::text[]) as wanted (field, text)
                where events.fields ->> wanted.field = wanted.text
            )
        """,
        [organization_id, [name for name, _ in texts], [text for _, text in texts]],
    ).rowcount


def replace_fields(
    connection: psycopg.Connection,
    organization_id: str,
    changed: Mapping[str, dict[str, str]],
    batch: int,
) -> int:
    """Replaces the fields of events (event_id -> fields), which enter this batch's change set."""
    return connection.execute(
        """
        update zoom_raw.events
        set fields = changed.fields, batch = %s
        from unnest(%s::text[], %s::jsonb[]) as changed (event_id, fields)
        where events.organization_id = %s and events.event_id = changed.event_id
        """,
        [batch, list(changed), [Jsonb(each) for each in changed.values()], organization_id],
    ).rowcount


def delete_unread_bodies(connection: psycopg.Connection, organization_id: str) -> None:
    """Deletes what is kept of an organization's deliveries that could not be read."""
    connection.execute(
        """
        update ingress.deliveries set body = null
        where organization_id = %s and disposition = 'quarantined' and body is not null
        """,
        [organization_id],
    )


def delete_sessions(
    connection: psycopg.Connection, organization_id: str, session_ids: Collection[str], batch: int
) -> int:
    """Deletes all events of these sessions, which enter this batch's change set. A session that is
    not kept is not missing either. Returns the number of deleted events.
    """
    if not session_ids:
        return 0
    connection.execute(
        "delete from zoom_raw.known_sessions where organization_id = %s and session_id = any(%s)",
        [organization_id, list(session_ids)],
    )
    deleted = connection.execute(
        "delete from zoom_raw.events where organization_id = %s and session_id = any(%s)",
        [organization_id, list(session_ids)],
    ).rowcount
    connection.execute(
        """
        insert into pipeline.deleted_sessions (organization_id, session_id, batch)
        select %s, session_id, %s from unnest(%s::text[]) as session_id
        on conflict (organization_id, session_id) do update set batch = excluded.batch
        """,
        [organization_id, batch, list(session_ids)],
    )
    return deleted


def extensions_of_zoom_users(
    connection: psycopg.Connection, organization_id: str, zoom_user_ids: Collection[str]
) -> list[tuple[str, str]]:
    """(`extension_id` or `extension_number`, value) of these Zoom users, at any time."""
    return connection.execute(
        """
        select distinct replace(kind, 'phone_', ''), value from pipeline.settings
        where organization_id = %s and subject = any(%s)
            and kind in ('phone_extension_id', 'phone_extension_number')
        """,
        [organization_id, list(zoom_user_ids)],
    ).fetchall()


def zoom_users_with_addresses(
    connection: psycopg.Connection, organization_id: str, zoom_user_ids: Collection[str] | None
) -> list[tuple[str, str]]:
    """(zoom_user_id, current email) of these Zoom users, or of all."""
    return connection.execute(
        """
        select subject, value from pipeline.settings
        where organization_id = %(organization)s and kind = 'zoom_user_email' and upper_inf(valid)
            and (%(ids)s::text[] is null or subject = any(%(ids)s))
        """,
        {
            "organization": organization_id,
            "ids": None if zoom_user_ids is None else list(zoom_user_ids),
        },
    ).fetchall()
