"""The key that tombstones and digests of phone numbers are made with.

It is made once and never changes, because nobody can make the digests of erased values again.
TOMBSTONE_KEY encrypts it, and can be replaced. An installation that made digests before this was so
made them with TOMBSTONE_KEY itself.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from integration.database import rows
from integration.keys.recorded import key_id, record_key, retire_keys
from integration.privacy.stored_tombstones import WrongTombstoneKey

WRONG_KEY = (
    "TOMBSTONE_KEY differs from the key used for earlier erasures, so erased people would not be "
    "recognized. Restore the original key."
)


@dataclass(frozen=True)
class RecordedKey:
    """A TOMBSTONE_KEY by its id. `sealed` is the key of the digests, encrypted with it; None if the
    digests were made with it.
    """

    key_id: str
    sealed: str | None = field(repr=False)

    def opened(self, keys: Sequence[str]) -> str:
        """The key of the digests. WrongTombstoneKey if this key is none of `keys`."""
        for key in keys:
            if key_id(key) == self.key_id:
                return key if self.sealed is None else _cipher(key).decrypt(self.sealed).decode()
        raise WrongTombstoneKey(WRONG_KEY)


def sealed_with(key: str, digest_key: str) -> RecordedKey:
    """The record of a TOMBSTONE_KEY that encrypts this key of the digests."""
    return RecordedKey(key_id(key), _cipher(key).encrypt(digest_key.encode()).decode())


def key_in_use(connection: psycopg.Connection) -> RecordedKey | None:
    """The TOMBSTONE_KEY that this database needs; None before there are digests."""
    found = rows.every(
        connection,
        RecordedKey,
        "select key_id, sealed from integration.keys "
        "where purpose = 'tombstone' and retired_at is null",
    )
    return found[0] if found else None


def digest_key(connection: psycopg.Connection, keys: Sequence[str]) -> str | None:
    """The key of the digests; None before there are any. `keys` are those of TOMBSTONE_KEY;
    WrongTombstoneKey if the one in use is not among them.
    """
    in_use = key_in_use(connection)
    return in_use.opened(keys) if in_use else None


def digest_key_for_new(connection: psycopg.Connection, keys: Sequence[str]) -> str:
    """The same, and a new key of the digests where there was none."""
    found = digest_key(connection, keys)
    if found is None:
        found = secrets.token_urlsafe(32)
        record(connection, sealed_with(keys[0], found))
    return found


def adopt(connection: psycopg.Connection, kept: Sequence[RecordedKey], keys: Sequence[str]) -> None:
    """Makes this database, if it has no digests yet, use the key of those that are `kept` outside
    of it. WrongTombstoneKey if none of `keys` opens what the database or, in that case, the file
    has.
    """
    if digest_key(connection, keys) is not None:
        return
    known = {key_id(key) for key in keys}
    # Without such a line, the digests were made with the oldest TOMBSTONE_KEY itself.
    candidates = kept or [RecordedKey(key_id(keys[-1]), sealed=None)]
    usable = [each for each in candidates if each.key_id in known]
    if not usable:
        raise WrongTombstoneKey(WRONG_KEY)
    record(connection, usable[-1])


def record(connection: psycopg.Connection, new: RecordedKey) -> None:
    """This TOMBSTONE_KEY is the one in use from now on. Every other one is retired."""
    in_use = key_in_use(connection)
    if in_use and in_use.key_id != new.key_id:
        retire_keys(connection, "tombstone", {in_use.key_id})
    record_key(connection, "tombstone", new.key_id, process="pipeline", sealed=new.sealed)


def _cipher(key: str) -> Fernet:
    """TOMBSTONE_KEY is any text of 32 characters or more, and Fernet's keys have a form."""
    derived = HKDF(SHA256(), length=32, salt=None, info=b"key of the digests").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
