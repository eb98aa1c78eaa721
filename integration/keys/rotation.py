"""Replaces a key in three steps, between which every process is restarted.

1. The new key is added as the last one: every process can read data made with it.
2. It becomes the first one: every process uses it for new data.
3. What is still encrypted with the older key is re-encrypted, and the older key is retired.

With fewer steps, a process that does not know the new key yet would meet data made with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import psycopg

from integration.database import rows
from integration.database.postgres import transaction
from integration.keys.check import keys_of, require_keys_in_use
from integration.keys.encrypted import encrypt_again
from integration.keys.recorded import (
    SETTING,
    Purpose,
    key_id,
    keys_in_use,
    retire_keys,
    retired_keys,
)
from integration.quantities import quantity
from integration.settings import Settings, SettingsError


@dataclass(frozen=True)
class Step:
    """A step that was taken: the keys to set from now on, if they have changed."""

    said: str
    next_step: str
    keys: tuple[str, ...] | None = field(default=None, repr=False)


def rotate(settings: Settings, url: str, purpose: Purpose, *, new_key: str) -> Step:
    """Takes the next step, which the keys that are set and the recorded ones determine. Repeating
    one changes nothing. WrongKey if a key that is in use is not set.
    """
    keys = keys_of(settings, purpose)
    with transaction(url) as connection:
        require_keys_in_use(connection, purpose, keys)
        in_use = _in_order(connection, purpose)
        retired = retired_keys(connection, purpose)
    if len(keys) == 1:
        return Step(
            "Step 1 of 3: the new key was added. After a restart, every process can read data made "
            "with it. No process uses it for new data yet.",
            "take step 2",
            (*keys, new_key),
        )
    if not in_use:
        raise SettingsError(
            f"No process has started with {SETTING[purpose]} since the last update. Start the page "
            "and Dagster first."
        )
    newest = _newest(keys, in_use, retired)
    if newest != keys[0]:
        others = tuple(key for key in keys if key != newest)
        return Step(
            "Step 2 of 3: the new key is now the first. After a restart, every process uses it for "
            "new data.",
            "take step 3",
            (newest, *others),
        )
    with transaction(url) as connection:
        waiting = _without(connection, purpose, key_id(newest))
    if waiting:
        return Step(
            f"Step 2 of 3 is not complete: {' and '.join(waiting)} last started with the older "
            "key.",
            "take step 3",
        )
    return _retire(url, purpose, newest, keys[1:])


def forget_lost_keys(settings: Settings, url: str, purpose: Purpose) -> tuple[int, int]:
    """Retires the keys that are in use and not set. Returns how many there were, and how many
    encrypted values no key that is set can read.
    """
    keys = keys_of(settings, purpose)
    with transaction(url) as connection:
        lost = keys_in_use(connection, purpose) - {key_id(key) for key in keys}
        retire_keys(connection, purpose, lost)
    unreadable = encrypt_again(url, keys).unreadable if purpose == "encryption" else 0
    return len(lost), unreadable


def _retire(url: str, purpose: Purpose, newest: str, older: Sequence[str]) -> Step:
    said = "Step 3 of 3: the older key is retired."
    if purpose == "encryption":
        done = encrypt_again(url, (newest, *older))
        said += f" Re-encrypted: {quantity(done.changed, 'stored value')}."
        if done.unreadable:
            unreadable = quantity(done.unreadable, "stored value")
            said += f" Unreadable with any key, and left unchanged: {unreadable}."
    else:
        said += " Users who have not signed in since step 2 must sign in again."
    with transaction(url) as connection:
        retire_keys(connection, purpose, {key_id(key) for key in older})
    return Step(said, "", (newest,))


def _in_order(connection: psycopg.Connection, purpose: Purpose) -> list[str]:
    """The ids of the keys in use, that which was first used last at the end."""
    return rows.scalars(
        connection,
        str,
        """
        select key_id from integration.keys
        where purpose = %s and retired_at is null
        group by key_id
        order by min(first_used_at)
        """,
        [purpose],
    )


def _newest(keys: Sequence[str], in_use: Sequence[str], retired: Collection[str]) -> str:
    """The first key that was never in use, or else the one that was first used last. A key that is
    retired is still set where step 3 is repeated with the setting from before it.
    """
    unused = [key for key in keys if key_id(key) not in {*in_use, *retired}]
    if unused:
        return unused[0]
    return max(
        (key for key in keys if key_id(key) in in_use), key=lambda key: in_use.index(key_id(key))
    )


def _without(connection: psycopg.Connection, purpose: Purpose, newest: str) -> list[str]:
    """The processes that have made data with a key, and not with the newest one."""
    return rows.scalars(
        connection,
        str,
        """
        select process from integration.keys
        where purpose = %s and retired_at is null
        group by process
        having bool_and(key_id <> %s)
        order by process
        """,
        [purpose, newest],
    )
