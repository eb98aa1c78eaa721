"""Encrypts what a waiting mail needs in order to be written."""

import json
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


def seal(values: Mapping[str, str], *, keys: Sequence[str]) -> str:
    return _cipher(keys).encrypt(json.dumps(dict(values)).encode()).decode()


def unseal(sealed: str, *, keys: Sequence[str]) -> dict[str, str] | None:
    """The values; None if the key that encrypted them is no longer among these."""
    try:
        opened: dict[str, str] = json.loads(_cipher(keys).decrypt(sealed))
    except InvalidToken:
        return None
    return opened


def _cipher(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
