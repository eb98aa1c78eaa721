"""Which keys the data in the database was made with: their ids, never the keys.

A database that is restored, or a home that is set up again, may find keys that are not its own. The
ids show it at once, and not when the first token cannot be read.
"""

import hmac
import json
from collections.abc import Collection, Mapping
from typing import Literal

import psycopg

from integration.database import rows

Purpose = Literal["encryption", "session", "tombstone"]
Process = Literal["page", "pipeline"]
SETTING: Mapping[Purpose, str] = {
    "encryption": "ENCRYPTION_KEY",
    "session": "SESSION_KEY",
    "tombstone": "TOMBSTONE_KEY",
}
# What must not be lost: "the key <this>".
USED_FOR: Mapping[Purpose, str] = {
    "encryption": "that encrypted the stored tokens and client secrets",
    "session": "that signed the open sessions and sign-in links",
    "tombstone": "that recognizes erased people",
}


def key_id(key: str) -> str:
    """An id of the key that does not reveal it."""
    return hmac.digest(key.encode(), json.dumps(["which key this is"]).encode(), "sha256").hex()[
        :16
    ]


def keys_in_use(connection: psycopg.Connection, purpose: Purpose) -> set[str]:
    """The ids of the keys that data was made with and that are not retired."""
    return set(
        rows.scalars(
            connection,
            str,
            "select distinct key_id from integration.keys "
            "where purpose = %s and retired_at is null",
            [purpose],
        )
    )


def retired_keys(connection: psycopg.Connection, purpose: Purpose) -> set[str]:
    """The ids of the keys that were in use and are no longer needed."""
    return set(
        rows.scalars(
            connection,
            str,
            "select key_id from integration.keys where purpose = %s "
            "group by key_id having bool_and(retired_at is not null)",
            [purpose],
        )
    )


def was_recorded(connection: psycopg.Connection, purpose: Purpose) -> bool:
    """Whether a key was ever in use; before an update that records them, none was."""
    return rows.scalar(
        connection,
        bool,
        "select exists (select from integration.keys where purpose = %s)",
        [purpose],
    )


def record_key(
    connection: psycopg.Connection, purpose: Purpose, key_id: str, *, process: Process
) -> None:
    """Records that a process of this kind makes data with the key, which is then required. A key
    that was retired, and is used again, is required again.
    """
    connection.execute(
        """
        insert into integration.keys (purpose, key_id, process) values (%s, %s, %s)
        on conflict (purpose, key_id, process) do update set retired_at = null
        where keys.retired_at is not null
        """,
        [purpose, key_id, process],
    )


def retire_keys(connection: psycopg.Connection, purpose: Purpose, key_ids: Collection[str]) -> None:
    """Records that these keys are no longer needed."""
    connection.execute(
        "update integration.keys set retired_at = now() "
        "where purpose = %s and key_id = any(%s) and retired_at is null",
        [purpose, list(key_ids)],
    )
