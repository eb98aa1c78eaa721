"""Deletes WorkSights users and what belongs to them, wherever the registry says."""

import secrets
from collections import Counter
from collections.abc import Collection

import psycopg

from integration.privacy.digests import Digests
from integration.privacy.erasure_requests import finish_requests
from integration.privacy.matching import ErasedPerson
from integration.privacy.person import remove_rows
from integration.privacy.registry_rows import PersonalRows


def remove_users(
    connection: psycopg.Connection, organization_id: str, user_ids: Collection[str]
) -> Counter[str]:
    """Deletes these users' rows and empties the columns that name them, as an erasure does. Returns
    the number of rows by table. The digests are of this call alone, and are not stored.
    """
    digests = Digests(secrets.token_hex(), organization_id)
    users = ErasedPerson(
        digests, {"user_id": {digests.of("user_id", user_id) for user_id in user_ids}}
    )
    finish_requests(connection, organization_id, user_ids)
    return remove_rows(PersonalRows(connection, organization_id), users)
