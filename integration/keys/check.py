"""Refuses to start with keys other than those that the data in the database was made with."""

from collections.abc import Sequence

import psycopg

from integration.database import rows
from integration.database.own_organization import see_queues_of_everybody
from integration.keys.encrypted import anything_is_encrypted, can_read_some
from integration.keys.recorded import (
    SETTING,
    USED_FOR,
    Process,
    Purpose,
    key_id,
    keys_in_use,
    record_key,
    was_recorded,
)
from integration.settings import KEYS_FILE, Settings, SettingsError

# `record_key` is for these: a tombstone's key is recorded together with the first tombstone.
CHECKED: tuple[Purpose, ...] = ("encryption", "session")


class WrongKey(SettingsError):
    """A key that the data was made with is not set."""


def check_keys(
    connection: psycopg.Connection, settings: Settings, *, process: Process | None = None
) -> None:
    """WrongKey if a setting has keys other than those that the data was made with. A setting that
    this process does not have is not checked. A `process` that is about to make data is recorded
    with the keys that it uses.
    """
    for purpose in CHECKED:
        if not settings.get(SETTING[purpose]):
            continue
        keys = keys_of(settings, purpose)
        require_keys_in_use(connection, purpose, keys)
        with connection.transaction():
            see_queues_of_everybody(connection)  # the keys are the whole installation's
            if (
                purpose == "encryption"
                and not was_recorded(connection, purpose)
                and can_read_some(connection, keys) is False
            ):
                raise _wrong(purpose)
            if process:
                record_key(connection, purpose, key_id(keys[0]), process=process)


def require_keys_in_use(
    connection: psycopg.Connection, purpose: Purpose, keys: Sequence[str]
) -> None:
    """WrongKey if these are not all the keys that data was made with."""
    if not keys_in_use(connection, purpose) <= {key_id(key) for key in keys}:
        raise _wrong(purpose)


def _wrong(purpose: Purpose) -> WrongKey:
    return WrongKey(
        f"{SETTING[purpose]} lacks the key {USED_FOR[purpose]}. Restore {KEYS_FILE} or the "
        "settings from the backup, or, if the key is lost, run: worksights-zoom rotate-key "
        f"{purpose} --lost"
    )


def keys_of(settings: Settings, purpose: Purpose) -> tuple[str, ...]:
    """The keys that are set, the one in use first. SettingsError if one is invalid."""
    match purpose:
        case "encryption":
            return settings.encryption_keys
        case "session":
            return settings.session_keys
        case "tombstone":
            return settings.tombstone_keys


def purposes_in_use(connection: psycopg.Connection) -> set[Purpose]:
    """What this database already has data for that was made with a key."""
    found: set[Purpose] = {each for each in SETTING if keys_in_use(connection, each)}
    if anything_is_encrypted(connection):
        found.add("encryption")
    if rows.scalar(
        connection, bool, "select exists (select from integration.page_sessions limit 1)"
    ):
        found.add("session")
    return found
