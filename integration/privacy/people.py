"""Finds the organizations that have data about a person."""

import psycopg

from integration.privacy import lookups as erasure
from integration.privacy.digests import Digests
from integration.privacy.sides import sides_with_number
from integration.privacy.subjects import Subject
from integration.privacy.texts import keys_in


def organizations_with_person(
    connection: psycopg.Connection, subject: Subject, *, keys: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """(all organizations, those in which an address or a number of the person was seen). `keys` are
    those of the tombstones.
    """
    own = subject.values("person_key")
    every = erasure.organizations(connection)
    with_person = {
        organization_id
        for organization_id, address in erasure.addresses(connection)
        if own & keys_in(address)
    } | {
        organization_id
        for organization_id in every
        for number in subject.values("phone_number")
        if sides_with_number(connection, Digests(keys, organization_id), number)
    }
    return every, [organization_id for organization_id in every if organization_id in with_person]
