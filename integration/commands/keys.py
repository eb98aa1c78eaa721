"""Creates the keys that are not set, for installations that `up` starts."""

import os
import secrets
from collections.abc import Collection, Mapping

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from integration.keys.recorded import SETTING, USED_FOR, Purpose
from integration.settings import KEYS_FILE, Settings, SettingsError


def create_missing_keys(settings: Settings, *, in_use: Collection[Purpose]) -> Settings:
    """Creates the missing keys below the home; existing settings take precedence.

    SettingsError if one of them is missing for a database that is `in_use` with another one.
    """
    for purpose in sorted(in_use):
        if not settings.get(SETTING[purpose]):
            raise SettingsError(
                f"{SETTING[purpose]} is not set, but this database has data that needs it. Copy "
                f"{KEYS_FILE} from the backup to {settings.home}, or set the key "
                f"{USED_FOR[purpose]}."
            )
    made = {
        "ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "SESSION_KEY": secrets.token_urlsafe(32),
        "TOMBSTONE_KEY": secrets.token_urlsafe(32),
    }
    return store_missing(settings, made)


def store_missing(
    settings: Settings, values: Mapping[str, str], *, addresses: Mapping[str, str] | None = None
) -> Settings:
    """Stores the settings that are missing below the home. An address in `addresses` replaces the
    one that an earlier run stored.
    """
    kept = kept_below(settings)
    missing = {name: value for name, value in values.items() if not settings.get(name)}
    for name, value in (addresses or {}).items():
        if settings.get(name) in ("", kept.get(name)):
            missing[name] = value
    if missing:
        store(settings, {**kept, **missing})
    return settings.changed(missing)


def own_settings(settings: Settings) -> dict[str, str]:
    """The settings that someone has set, without those that an earlier run stored."""
    kept = kept_below(settings)
    return {name: value for name, value in settings.values.items() if value != kept.get(name)}


def kept_below(settings: Settings) -> dict[str, str]:
    """The settings that are stored below the home."""
    stored = dotenv_values(settings.home / KEYS_FILE)
    return {name: value for name, value in stored.items() if value is not None}


def store(settings: Settings, values: Mapping[str, str]) -> None:
    """Replaces what is stored below the home, readable only by this user. A process that reads it
    meanwhile, or after a power failure, finds the old values or the new ones.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    new = settings.home / f"{KEYS_FILE}.new"
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with new.open("w") as opened:
        opened.writelines(f"{name}={value}\n" for name, value in values.items())
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(settings.home / KEYS_FILE)
    folder = os.open(settings.home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
