"""Signs the secrets in cookies and links with SESSION_KEY, whatever they are for.

A secret is safe because it is long and only its hash is stored. The signature allows made-up
secrets to be rejected without a database query.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal

from itsdangerous import BadSignature, Signer

Purpose = Literal["session", "sign-in", "before-sign-in", "form", "digest", "openid"]


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class Signing:
    """The first of `keys` signs, all of them verify; several during a rotation."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = list(reversed(keys))  # the library wants the newest last

    def signed(self, secret: str, *, purpose: Purpose) -> str:
        return self._signer(purpose).sign(secret).decode()

    def verified(self, signed: str, *, purpose: Purpose) -> str | None:
        """The secret, or None when none of the keys has signed it."""
        try:
            return self._signer(purpose).unsign(signed).decode()
        except (BadSignature, UnicodeError):
            return None

    def seal(self, secret: str, *, purpose: Purpose) -> str:
        """The signature without the secret, to be stored apart from it."""
        return self._signer(purpose).get_signature(secret).decode()

    def is_sealed(self, secret: str, seal: str, *, purpose: Purpose) -> bool:
        return self._signer(purpose).verify_signature(secret, seal)

    def _signer(self, purpose: Purpose) -> Signer:
        return Signer(self._keys, salt=f"worksights-zoom {purpose}", digest_method=hashlib.sha256)
