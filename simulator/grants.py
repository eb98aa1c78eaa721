"""Tokens like Zoom's: one-time codes, rotating refresh tokens, access tokens for an hour."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

EXPIRES_IN_SECONDS = 3599
CODE_SECONDS = 300
SERVER = "server:"  # the first characters of a Server-to-Server grant


class GrantError(Exception):
    """An error of the token endpoint, with its `reason` and `error`."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error


@dataclass(frozen=True, slots=True)
class Consent:
    """The user who approved access, and the scopes. Without a user it is the account's owner,
    without a scope all of the app's.
    """

    account_id: str
    user_id: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    consent: Consent
    redirect_uri: str
    challenge: str | None
    method: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Access:
    consent: Consent
    grant: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str | None
    scope: str | None = None


class Grants:
    """All tokens. `now` returns the time in seconds."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Access] = {}
        self._withdrawn: set[str] = set()
        self._app: dict[str, float] = {}

    def make_code(
        self, consent: Consent, redirect_uri: str, *, challenge: str | None, method: str
    ) -> str:
        code = secrets.token_urlsafe(24)
        expires_at = self._now() + CODE_SECONDS
        self._codes[code] = Code(consent, redirect_uri, challenge, method, expires_at)
        return code

    def account_of_code(self, code: str) -> str | None:
        return self._codes[code].consent.account_id if code in self._codes else None

    def account_of_refresh(self, refresh_token: str) -> str | None:
        found = self._refresh.get(refresh_token)
        return found.consent.account_id if found else None

    def redeem(self, code: str, *, redirect_uri: str, verifier: str | None) -> Tokens:
        """Exchange a code for tokens, once. Ends the account's earlier grants by code."""
        found = self._codes.pop(code, None)
        if found is None or found.expires_at < self._now():
            raise GrantError("Invalid authorization code.", "invalid_grant")
        if found.redirect_uri != redirect_uri:
            raise GrantError("Redirect URI mismatch.", "invalid_request")
        if found.challenge not in (None, _challenge(verifier or "", found.method)):
            raise GrantError("Invalid code verifier.", "invalid_grant")
        for token, earlier in list(self._refresh.items()):
            if earlier.consent.account_id == found.consent.account_id:
                self.revoke(token)
        self._withdrawn.discard(found.consent.account_id)
        return self._issue(found.consent, grant=secrets.token_hex(8))

    def refresh(self, refresh_token: str) -> Tokens:
        """Issue new tokens; ends the old refresh token. The old access token stays valid."""
        found = self._refresh.pop(refresh_token, None)
        if found is None:
            raise GrantError("Invalid Token!", "invalid_grant")
        return self._issue(found.consent, grant=found.grant)

    def issue_for_account(self, account_id: str) -> Tokens:
        """Issue a Server-to-Server access token; any number of them may be valid."""
        if account_id in self._withdrawn:
            raise GrantError("Invalid Token!", "invalid_grant")
        access_token = self._access_token(
            Consent(account_id), grant=f"{SERVER}{secrets.token_hex(8)}"
        )
        return Tokens(access_token, None)

    def issue_for_app(self) -> Tokens:
        """Issue an access token of the app itself, for no account. It is not kept in the state."""
        access_token = secrets.token_urlsafe(48)
        self._app[access_token] = self._now() + EXPIRES_IN_SECONDS
        return Tokens(access_token, None)

    def is_app_token(self, access_token: str) -> bool:
        return self._app.get(access_token, 0) > self._now()

    def is_of_server_app(self, access_token: str) -> bool:
        """Whether it is a valid token of a Server-to-Server app."""
        is_alive = self.consent_of_access(access_token) is not None
        return is_alive and self._access[access_token].grant.startswith(SERVER)

    def account_of_access(self, access_token: str) -> str | None:
        """The account of a valid access token."""
        consent = self.consent_of_access(access_token)
        return consent.account_id if consent else None

    def consent_of_access(self, access_token: str) -> Consent | None:
        found = self._access.get(access_token)
        return found.consent if found and found.expires_at > self._now() else None

    def has_expired(self, access_token: str) -> bool:
        return access_token in self._access and self.account_of_access(access_token) is None

    def revoke(self, token: str) -> bool:
        """End the whole grant that this access or refresh token belongs to."""
        found = self._access.get(token) or self._refresh.get(token)
        if found is None:
            return False
        self._access = {one: of for one, of in self._access.items() if of.grant != found.grant}
        self._refresh = {one: of for one, of in self._refresh.items() if of.grant != found.grant}
        return True

    def withdraw(self, account_id: str) -> None:
        """End all access to the account, as when its admin removes the app, until a new consent."""
        self._withdrawn.add(account_id)
        for grants in (self._access, self._refresh):
            for token in [t for t, of in grants.items() if of.consent.account_id == account_id]:
                del grants[token]

    def has_access(self, account_id: str) -> bool:
        """Whether the app can read the account now or with a refresh token."""
        return any(
            of.consent.account_id == account_id
            for of in [*self._access.values(), *self._refresh.values()]
        )

    def as_json(self) -> str:
        """What a simulator needs to continue with the same tokens after a restart."""
        return json.dumps(
            {
                "access": {token: asdict(of) for token, of in self._access.items()},
                "refresh": {token: asdict(of) for token, of in self._refresh.items()},
                "withdrawn": sorted(self._withdrawn),
            }
        )

    def read_json(self, text: str) -> None:
        stored = json.loads(text)
        self._access = {token: _read_access(of) for token, of in stored["access"].items()}
        self._refresh = {token: _read_access(of) for token, of in stored["refresh"].items()}
        self._withdrawn = set(stored["withdrawn"])

    def expire_access(self) -> int:
        """Make all access tokens expire now; return how many were valid."""
        valid = [one for one, of in self._access.items() if of.expires_at > self._now()]
        self._access = {one: Access(of.consent, of.grant, 0) for one, of in self._access.items()}
        return len(valid)

    def end_refresh(self, account_id: str | None) -> int:
        """End the refresh tokens of one account, or of all; return how many. Access tokens stay
        valid.
        """
        ended = [
            one for one, of in self._refresh.items() if account_id in (None, of.consent.account_id)
        ]
        for token in ended:
            del self._refresh[token]
        return len(ended)

    def _issue(self, consent: Consent, *, grant: str) -> Tokens:
        refresh_token = secrets.token_urlsafe(48)
        self._refresh[refresh_token] = Access(consent, grant, 0)
        access_token = self._access_token(consent, grant=grant)
        return Tokens(access_token, refresh_token, consent.scope)

    def _access_token(self, consent: Consent, *, grant: str) -> str:
        access_token = secrets.token_urlsafe(48)
        self._access[access_token] = Access(consent, grant, self._now() + EXPIRES_IN_SECONDS)
        return access_token


def _read_access(stored: dict[str, Any]) -> Access:
    return Access(Consent(**stored["consent"]), stored["grant"], stored["expires_at"])


def _challenge(verifier: str, method: str) -> str:
    if method == "plain":
        return verifier
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).decode().rstrip("=")
