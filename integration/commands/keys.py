"""Creates the keys that are not set, for installations that `up` starts."""

import secrets
from collections.abc import Mapping

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from integration.settings import KEYS_FILE, Settings


def create_missing_keys(
    settings: Settings, *, addresses: Mapping[str, str] | None = None, **also: str
) -> Settings:
    """Creates the missing keys below the home and stores `also` there; existing settings take
    precedence. An address in `addresses` replaces the one that an earlier run stored.
    """
    file = settings.home / KEYS_FILE
    kept = {k: v for k, v in dotenv_values(file).items() if v is not None}
    made = {
        "ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "SESSION_KEY": secrets.token_urlsafe(32),
        "TOMBSTONE_KEY": secrets.token_urlsafe(32),
        **also,
    }
    missing = {name: value for name, value in made.items() if not settings.get(name)}
    for name, value in (addresses or {}).items():
        if settings.get(name) in ("", kept.get(name)):
            missing[name] = value
    if missing:
        settings.home.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in {**kept, **missing}.items()))
    return Settings(home=settings.home, values={**settings.values, **missing})
