"""The authorization code flow: the address at the provider, and what the code is worth there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from integration.sign_in.openid.discovery import OK, Providers, Published
from integration.sign_in.openid.http import ask
from integration.sign_in.openid.id_token import verified_claims
from integration.sign_in.openid.problems import OpenIdError, Problem
from integration.sign_in.openid.providers import Provider
from integration.sign_in.signing import new_secret

SCOPE = "openid email"
EMAIL_CLAIMS = ("email", "email_verified", "xms_edov")


@dataclass(frozen=True)
class Attempt:
    """One sign-in in progress: what only the browser that has started it knows."""

    organization_id: str
    issuer: str
    client_id: str
    next_path: str
    state: str = field(default_factory=new_secret, repr=False)
    nonce: str = field(default_factory=new_secret, repr=False)
    code_verifier: str = field(default_factory=new_secret, repr=False)


def address_at_provider(published: Published, attempt: Attempt, *, redirect_uri: str) -> str:
    """Where the browser goes to sign in."""
    address: str = prepare_grant_uri(
        published.authorization_endpoint,
        client_id=attempt.client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope=SCOPE,
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.code_verifier),
        code_challenge_method="S256",
    )
    return address


def claims_for_code(
    code: str,
    attempt: Attempt,
    *,
    provider: Provider,
    secret: str,
    redirect_uri: str,
    providers: Providers,
    now: datetime,
) -> Mapping[str, Any]:
    """The verified claims about the person, with the email, which some providers send only when
    they are asked for it. OpenIdError if the provider does not prove who has signed in.
    """
    published = providers.published(provider.issuer)
    tokens = _tokens(
        published,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.code_verifier,
        },
        client=(provider.client_id, secret),
    )
    access_token = tokens.get("access_token")
    access_token = access_token if isinstance(access_token, str) else None
    claims = verified_claims(
        tokens.get("id_token"),
        providers=providers,
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=attempt.nonce,
        access_token=access_token,
        now=now,
    )
    if "email" not in claims and published.userinfo_endpoint and access_token:
        return {**claims, **_email_of(published, access_token, subject=claims["sub"])}
    return claims


def _tokens(
    published: Published, form: Mapping[str, str], *, client: tuple[str, str]
) -> Mapping[str, Any]:
    client_id, secret = client
    in_form = {"client_id": client_id, "client_secret": secret}
    answer = ask(
        "POST",
        published.token_endpoint,
        issuer=published.issuer,
        form={**form, **in_form} if published.posts_secret else form,
        # Encoded before they are joined (RFC 6749, 2.3.1), so any character may be in them.
        credentials=None if published.posts_secret else (quote_plus(client_id), quote_plus(secret)),
    )
    if answer.status == OK and "error" not in answer.body:
        return answer.body
    if answer.status >= 500:
        raise OpenIdError(Problem.UNREACHABLE)
    is_client = answer.body.get("error") in ("invalid_client", "unauthorized_client")
    raise OpenIdError(Problem.CLIENT_REFUSED if is_client else Problem.CODE_REFUSED)


def _email_of(published: Published, access_token: str, *, subject: str) -> Mapping[str, Any]:
    """The claims about the email. The answer is about somebody else if its subject differs."""
    if not access_token.isascii() or not access_token.isprintable():
        raise OpenIdError(Problem.UNREADABLE)
    answer = ask(
        "GET",
        published.userinfo_endpoint or "",
        issuer=published.issuer,
        bearer=access_token,
    )
    if answer.status != OK:
        raise OpenIdError(Problem.NO_EMAIL)
    if answer.body.get("sub") != subject:
        raise OpenIdError(Problem.UNTRUSTED)
    return {name: answer.body[name] for name in EMAIL_CLAIMS if name in answer.body}
