"""The keys in the value of TOMBSTONE_KEY."""

import re

from integration.settings_sources import SettingsError

SHORTEST_KEY = 32
# A key from before there could be several may have a comma, which is then written as `\,`.
_SEPARATOR = re.compile(r"(?<!\\),")


def keys_in(value: str) -> tuple[str, ...]:
    """The keys, newest first. SettingsError if one is too short or there twice."""
    listed = (each.strip() for each in _SEPARATOR.split(value))
    keys = tuple(each.replace("\\,", ",") for each in listed if each)
    if min(map(len, keys), default=0) < SHORTEST_KEY:
        raise SettingsError(
            f"TOMBSTONE_KEY must have at least {SHORTEST_KEY} characters. Create one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'. Commas separate several "
            "keys, newest first. Write a comma that is part of a key as \\,"
        )
    if len(set(keys)) < len(keys):
        raise SettingsError("TOMBSTONE_KEY has the same key twice. Remove the newer of the two.")
    return keys
