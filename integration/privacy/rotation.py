"""Replaces TOMBSTONE_KEY, in two steps, between which every process is restarted.

1. The new key is added as the last one, so that every process can use it.
2. It encrypts the key of the digests, and the older key is retired. A process that does not have
   the new key refuses to land anything until it has.
"""

import secrets

from integration.database import rows
from integration.database.postgres import transaction
from integration.keys.recorded import key_id
from integration.keys.rotation import Step
from integration.privacy.digest_key import key_in_use, record, sealed_with
from integration.privacy.erasures_file import keep_all
from integration.settings import Settings


def rotate_tombstone_key(settings: Settings, url: str, *, new_key: str) -> Step:
    """Takes the next step. Repeating one changes nothing. WrongTombstoneKey if the key that is in
    use is not set. `url` is the owner's.
    """
    keys = settings.tombstone_keys
    with transaction(url) as connection:
        in_use = key_in_use(connection)
        retired = rows.scalars(
            connection,
            str,
            "select key_id from integration.keys "
            "where purpose = 'tombstone' and retired_at is not null",
        )
        current = in_use.key_id if in_use else key_id(keys[0])
        digest_key = in_use.opened(keys) if in_use else secrets.token_urlsafe(32)
        added = [key for key in keys if key_id(key) not in (current, *retired)]
        if added:
            record(connection, sealed_with(added[0], digest_key))
            keep_all(settings, connection)
    if added:
        return Step("Step 2 of 2: the older key is retired.", "", (added[0],))
    if len(keys) > 1:
        newest = next(key for key in keys if key_id(key) == current)
        return Step("Step 2 of 2: the older key was already retired.", "", (newest,))
    return Step("Step 1 of 2: every process can use the new key.", "take step 2", (*keys, new_key))
