"""Finds the organizations that have data about a person."""

import psycopg

from integration.privacy import lookups as erasure
from integration.privacy.texts import keys_in


def organizations_with_person(
    connection: psycopg.Connection, person_key: str
) -> tuple[list[str], list[str]]:
    """(all organizations, those in which an address of the person was seen)."""
    with_person = {
        organization_id
        for organization_id, address in erasure.addresses(connection)
        if person_key in keys_in(address)
    }
    every = erasure.organizations(connection)
    return every, [organization_id for organization_id in every if organization_id in with_person]
