"""Deletes WorkSights users and what belongs to them, wherever the registry says."""

import secrets
from collections import Counter
from collections.abc import Collection

import psycopg

from integration.privacy.digests import Digests
from integration.privacy.erasure_requests import finish_requests
from integration.privacy.matching import ErasedPerson
from integration.privacy.registry import personal_columns
from integration.privacy.registry_rows import PersonalRows


def remove_users(
    connection: psycopg.Connection, organization_id: str, user_ids: Collection[str]
) -> Counter[str]:
    """Deletes these users' rows and empties the columns that name them, as an erasure does. Returns
    the number of rows by table. InsufficientPrivilege if one of them was not deactivated more than
    a month ago. The digests are of this call alone, and are not stored.
    """
    finish_requests(connection, organization_id, user_ids)
    digests = Digests((secrets.token_hex(),), organization_id)
    users = ErasedPerson(
        digests, {"user_id": {digests.of("user_id", user_id) for user_id in user_ids}}
    )
    rows = PersonalRows(connection, organization_id)
    removed: Counter[str] = Counter()
    columns = [each for each in personal_columns() if each.erased_by in ("row", "blank")]
    # The users themselves are the first of them, and have to be there until the end.
    for column in reversed(columns):
        if column.holds == "user_id":
            texts = set(user_ids)
        elif column.holds == "text":
            texts = {text for _, text in rows.texts(column) if users.matches("text", text)}
        else:
            continue
        removed[column.table] += rows.remove_of_users(column, texts, user_ids)
    return removed
