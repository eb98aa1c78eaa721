"""Reads the names of external people that an organization has corrected."""

import psycopg

from integration.database import rows

LONGEST = 400  # bytes, like all names
NAME = "/name"  # of the form, after the address of the person


def corrected_name(
    connection: psycopg.Connection, organization_id: str, person_key: str
) -> str | None:
    """The name that was set for this person; None if Zoom's applies."""
    return rows.maybe_scalar(
        connection,
        str,
        "select display_name from integration.person_names "
        "where organization_id = %s and person_key = %s",
        [organization_id, person_key],
    )
