"""Verifies an ID token: who signed it, for whom, when, and for which sign-in (OpenID Connect Core,
3.1.3.7). It must not know who may sign in.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from integration.sign_in.openid.discovery import Providers
from integration.sign_in.openid.problems import OpenIdError, Problem

# Signatures with public keys only: with HS256, everybody who knows the public key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
KEY_BITS = range(2048, 8193)  # of RSA
LEEWAY_SECONDS = 120  # clocks differ
LONGEST_TOKEN = 2**16
LONGEST_SUBJECT = 255
UNUSABLE = (JoseError, ValueError, TypeError, KeyError, RecursionError, OverflowError)


def verified_claims(
    token: object,
    *,
    providers: Providers,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> Mapping[str, Any]:
    """The claims of the token. OpenIdError if it does not prove who has just signed in."""
    if not isinstance(token, str) or not token.isascii() or len(token) > LONGEST_TOKEN:
        raise OpenIdError(Problem.UNTRUSTED)
    header = _header(token)
    keys = _fitting(providers.keys(issuer), header)
    if not keys:
        keys = _fitting(providers.keys(issuer, is_missing_one=True), header)
    if len(keys) != 1:  # without a name of the key, only a provider's only key is certain
        raise OpenIdError(Problem.UNKNOWN_KEY)
    claims = _signed_by(keys[0], token)
    _check(
        CodeIDToken(
            claims,
            header,
            options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
        ),
        now=int(now.timestamp()),
    )
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
        raise OpenIdError(Problem.UNTRUSTED)
    return claims


def _header(token: str) -> Mapping[str, Any]:
    try:
        header = cast(Mapping[str, Any], jws.extract_compact(token.encode()).headers())
    except UNUSABLE as error:
        raise OpenIdError(Problem.UNTRUSTED) from error
    if header.get("alg") not in ALGORITHMS:
        raise OpenIdError(Problem.UNTRUSTED)
    return header


def _fitting(
    published: Iterable[Mapping[str, Any]], header: Mapping[str, Any]
) -> list[RSAKey | ECKey]:
    """The keys that may have signed a token with this header."""
    kind = "EC" if header["alg"].startswith("ES") else "RSA"
    found = []
    for one in published:
        is_for_it = (
            one.get("kty") == kind
            and one.get("use", "sig") == "sig"
            and one.get("alg", header["alg"]) == header["alg"]
            and header.get("kid") in (None, one.get("kid"))
        )
        key = _key(one) if is_for_it else None
        if key is not None:
            found.append(key)
    return found


def _key(published: Mapping[str, Any]) -> RSAKey | ECKey | None:
    """None if it is not a usable public key: one bad key must not spoil the others."""
    try:
        key = import_key(dict(published))
        is_usable = isinstance(key, ECKey) or (
            isinstance(key, RSAKey) and key.public_key.key_size in KEY_BITS
        )
    except UNUSABLE:
        return None
    return cast(RSAKey | ECKey, key) if is_usable else None


def _signed_by(key: RSAKey | ECKey, token: str) -> dict[str, Any]:
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except UNUSABLE as error:
        raise OpenIdError(Problem.UNTRUSTED) from error


def _check(token: CodeIDToken, *, now: int) -> None:
    """OpenIdError if a claim is missing or wrong."""
    try:
        issued_at = token.get("iat")
        is_of_the_future = isinstance(issued_at, int | float) and issued_at > now + LEEWAY_SECONDS
        token.validate(now=now, leeway=LEEWAY_SECONDS)
    except ExpiredTokenError as error:
        raise OpenIdError(Problem.CLOCKS) from error
    except UNUSABLE as error:
        problem = Problem.CLOCKS if is_of_the_future else Problem.UNTRUSTED
        raise OpenIdError(problem) from error
    if is_of_the_future:
        raise OpenIdError(Problem.CLOCKS)
