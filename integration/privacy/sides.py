"""Finds the sides of calls with a phone number, and whom their Zoom users are mapped to."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import psycopg

from integration.database import rows
from integration.privacy.digests import Digests
from integration.privacy.texts import digits_of
from integration.zoom.parties import OWNER_OF_LOG, SIDES, fields_of_sides


@dataclass(frozen=True)
class Side:
    """A side of a call with a number, and what else is known about it: in the event, or by its
    extension at the time of the call.
    """

    session_id: str
    side: str
    zoom_user_id: str | None
    email: str | None = field(repr=False)

    @property
    def is_identified(self) -> bool:
        """Whether it is not known only by the number."""
        return bool(self.zoom_user_id or self.email)


def sides_with_number(connection: psycopg.Connection, digests: Digests, number: str) -> list[Side]:
    """The sides of calls with this number (its digits)."""
    digest = digests.of("phone_number", number)
    return [
        Side(*side)
        for written, its_digest, *side in _sides(connection, digests.organization_id)
        if digits_of(written) == number or its_digest == digest
    ]


def mappings_of(
    connection: psycopg.Connection, organization_id: str, zoom_user_ids: Collection[str]
) -> set[str]:
    """The WorkSights users whom these Zoom users are mapped to now by somebody's decision."""
    return set(
        rows.scalars(
            connection,
            str,
            """
            select value from pipeline.settings
            where organization_id = %s and kind = 'mapping' and upper_inf(valid)
                and subject = any(%s) and value is not null
            """,
            [organization_id, list(zoom_user_ids)],
        )
    )


def _sides(connection: psycopg.Connection, organization_id: str) -> list[tuple[Any, ...]]:
    """(number, its digest, session_id, side, zoom_user_id, email) of each side of a call with a
    number.
    """
    return connection.execute(
        """
        select distinct
            fields ->> sides.number,
            fields ->> sides.digest,
            events.session_id,
            sides.side,
            coalesce(
                fields ->> sides.zoom_user_id,
                case when event like 'phone.' || sides.side || '_%%' then fields ->> %(owner)s end,
                settings.subject
            ),
            fields ->> sides.email
        from zoom_raw.events
        cross join unnest(
            %(sides)s::text[], %(phone_number)s::text[], %(phone_digest)s::text[],
            %(zoom_user_id)s::text[], %(email)s::text[], %(extension_id)s::text[],
            %(extension_number)s::text[]
        ) as sides (side, number, digest, zoom_user_id, email, extension_id, extension_number)
        left join pipeline.settings
            on settings.organization_id = events.organization_id
            and settings.zoom_account_id = events.zoom_account_id
            and (settings.kind, settings.value) in (
                ('phone_extension_id', fields ->> sides.extension_id),
                ('phone_extension_number', fields ->> sides.extension_number)
            )
            and settings.valid @> events.occurred_at
        where events.organization_id = %(organization)s and event like 'phone.%%'
            and (fields ? sides.number or fields ? sides.digest)
        """,
        {
            "organization": organization_id,
            "owner": OWNER_OF_LOG["zoom_user_id"],
            "sides": list(SIDES),
            **fields_of_sides(),
        },
    ).fetchall()
