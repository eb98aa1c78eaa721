"""What providers publish about themselves: addresses and keys, kept for ten minutes.

One object serves all threads of a process. It also limits how many of them wait for providers, so
that a slow provider does not keep all others, and the rest of the page, from being served.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from integration.sign_in.openid.addresses import is_allowed
from integration.sign_in.openid.http import ask
from integration.sign_in.openid.problems import OpenIdError, Problem

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_SECONDS = 600.0
# Between two looks for a missing key: keys that somebody makes up must not become requests.
PAUSE_SECONDS = 30.0
AT_ONCE = 4  # of the page's eight threads
AT_ONCE_PER_ISSUER = 2
WAIT_SECONDS = 3.0
OK = 200


@dataclass(frozen=True)
class Published:
    """`sends_issuer`: its answers name the issuer (RFC 9207). `posts_secret`: the client's secret
    is expected in the form, not in a header.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    jwks_uri: str
    sends_issuer: bool
    posts_secret: bool


@dataclass
class _Known:
    turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE_PER_ISSUER)
    )
    published: Published | None = None
    published_at: float = 0.0
    keys: list[Mapping[str, Any]] | None = None
    keys_at: float = 0.0
    looked_again_at: float = float("-inf")


class Providers:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def turn(self, issuer: str) -> Iterator[None]:
        """Everything that waits for a provider happens in it. OpenIdError if too many wait."""
        of_issuer = self._of(issuer).turns
        if not of_issuer.acquire(timeout=WAIT_SECONDS):
            raise OpenIdError(Problem.BUSY)
        try:
            if not self._turns.acquire(timeout=WAIT_SECONDS):
                raise OpenIdError(Problem.BUSY)
            try:
                yield
            finally:
                self._turns.release()
        finally:
            of_issuer.release()

    def published(self, issuer: str) -> Published:
        """OpenIdError if there is no answer, or not that of an issuer."""
        known = self._of(issuer)
        if known.published is None or self._clock() - known.published_at > KEPT_SECONDS:
            known.published = read_published(issuer)
            known.published_at = self._clock()
        return known.published

    def keys(self, issuer: str, *, is_missing_one: bool = False) -> list[Mapping[str, Any]]:
        """The public keys, as the provider wrote them. Where one is missing, they are read again,
        because providers exchange their keys without notice.
        """
        known, now = self._of(issuer), self._clock()
        if is_missing_one and now - known.looked_again_at > PAUSE_SECONDS:
            known.looked_again_at = now
            known.keys = None
        if known.keys is None or now - known.keys_at > KEPT_SECONDS:
            known.keys = _read_keys(self.published(issuer))
            known.keys_at = now
        return known.keys

    def _of(self, issuer: str) -> _Known:
        with self._lock:
            return self._known.setdefault(issuer, _Known())


def read_published(issuer: str) -> Published:
    """Asks the issuer. OpenIdError if there is no answer, or not that of an issuer."""
    answer = ask("GET", issuer.rstrip("/") + WELL_KNOWN, issuer=issuer)
    if answer.status != OK:
        raise OpenIdError(Problem.UNREACHABLE if answer.status >= 500 else Problem.MISCONFIGURED)
    found = answer.body
    addresses = [found.get(name) for name in ("authorization_endpoint", "token_endpoint")]
    keys, userinfo = found.get("jwks_uri"), found.get("userinfo_endpoint")
    allowed = [is_allowed(one, issuer=issuer) for one in (*addresses, keys)]
    # A template, as Entra ID's for all its customers at once, is not an issuer.
    if found.get("issuer") != issuer or not all(allowed):
        raise OpenIdError(Problem.MISCONFIGURED)
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    posts = isinstance(methods, list) and "client_secret_post" in methods
    if not posts and not (isinstance(methods, list) and "client_secret_basic" in methods):
        raise OpenIdError(Problem.MISCONFIGURED)
    return Published(
        issuer=issuer,
        authorization_endpoint=str(addresses[0]),
        token_endpoint=str(addresses[1]),
        userinfo_endpoint=str(userinfo) if is_allowed(userinfo, issuer=issuer) else None,
        jwks_uri=str(keys),
        sends_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        posts_secret=posts,
    )


def _read_keys(published: Published) -> list[Mapping[str, Any]]:
    answer = ask("GET", published.jwks_uri, issuer=published.issuer)
    keys = answer.body.get("keys")
    if answer.status != OK or not isinstance(keys, list):
        raise OpenIdError(Problem.UNREADABLE)
    return [key for key in keys if isinstance(key, dict)]
