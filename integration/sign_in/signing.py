"""Signs what a browser or a mailed link holds, with SESSION_KEY. What is signed it does not know.

A signature is not what makes a secret secret (that is its length, and only its hash is stored): it
lets made-up ones be turned away before the database is asked.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal

from itsdangerous import BadSignature, Signer

Purpose = Literal["session", "sign-in", "before-sign-in", "form"]


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class Signing:
    """`keys`: the first one signs, all of them verify; several while they rotate."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = list(reversed(keys))  # the library wants the newest last

    def signed(self, secret: str, *, purpose: Purpose) -> str:
        return self._signer(purpose).sign(secret).decode()

    def verified(self, signed: str, *, purpose: Purpose) -> str | None:
        """The secret, or None when nobody here has signed this."""
        try:
            return self._signer(purpose).unsign(signed).decode()
        except (BadSignature, UnicodeError):
            return None

    def seal(self, secret: str, *, purpose: Purpose) -> str:
        """A signature alone, to be held beside a secret that it does not show."""
        return self._signer(purpose).get_signature(secret).decode()

    def is_sealed(self, secret: str, seal: str, *, purpose: Purpose) -> bool:
        return self._signer(purpose).verify_signature(secret, seal)

    def _signer(self, purpose: Purpose) -> Signer:
        return Signer(self._keys, salt=f"worksights-zoom {purpose}", digest_method=hashlib.sha256)
