"""The cookies of sign-ins in progress at a provider, one for each, so that two tabs can sign in.

A cookie is encrypted, lasts ten minutes, and is the only place that knows the attempt, so strangers
who start many fill no table.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from starlette.requests import Request
from starlette.responses import Response

from integration.sign_in.openid.code_flow import Attempt
from integration.sign_in.sessions import LINK_LIFE

PURPOSE = "sign-in with OpenID Connect"
KEPT = (
    2  # besides a new one: browsers and servers refuse requests whose cookies have grown too long
)
NAME_LENGTH = 16  # of the state


class Attempts:
    """Reads and writes the cookies. `name` is the start of their names."""

    def __init__(self, keys: Sequence[str], *, name: str, is_https: bool) -> None:
        self._cipher = MultiFernet([Fernet(key) for key in keys])
        self._name = f"{name}-openid-"
        self._is_https = is_https

    def remember(
        self, request: Request, response: Response, attempt: Attempt, *, now: datetime
    ) -> None:
        """Forgets the oldest ones if there are too many."""
        for name in self._names(request)[KEPT:]:
            self._delete(response, name)
        content = json.dumps({"purpose": PURPOSE, **asdict(attempt)}).encode()
        response.set_cookie(
            self._name_of(attempt.state),
            self._cipher.encrypt_at_time(content, int(now.timestamp())).decode(),
            max_age=int(LINK_LIFE.total_seconds()),
            httponly=True,
            secure=self._is_https,
            samesite="lax",  # the provider sends the browser back with GET
        )

    def read(self, request: Request, state: str) -> Attempt | None:
        """None if this browser has started no sign-in with this state in the last ten minutes."""
        cookie = request.cookies.get(self._name_of(state), "")
        try:
            fields = json.loads(self._cipher.decrypt(cookie, ttl=int(LINK_LIFE.total_seconds())))
        except (InvalidToken, ValueError):
            return None
        if not isinstance(fields, dict) or fields.pop("purpose", None) != PURPOSE:
            return None
        attempt = Attempt(**fields)
        return attempt if attempt.state == state else None

    def forget_all(self, request: Request, response: Response) -> None:
        for name in self._names(request):
            self._delete(response, name)

    def _names(self, request: Request) -> list[str]:
        """The latest first; cookies that cannot be read are the oldest."""
        names = [name for name in request.cookies if name.startswith(self._name)]
        return sorted(names, key=lambda name: self._time_of(request.cookies[name]), reverse=True)

    def _time_of(self, cookie: str) -> int:
        try:
            return self._cipher.extract_timestamp(cookie)
        except InvalidToken:
            return 0

    def _name_of(self, state: str) -> str:
        kept = "".join(sign for sign in state[:NAME_LENGTH] if sign.isalnum() and sign.isascii())
        return self._name + kept

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, httponly=True, secure=self._is_https, samesite="lax")
